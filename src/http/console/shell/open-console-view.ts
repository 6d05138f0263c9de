// The frame of a page: what the switcher offers, the trail, which tabs this person has.

import type {
  AccountLink,
  ConsoleView,
  FormNotice,
  Link,
  Tab,
} from '../../../../web/components/console/console-view.ts';
import type { Account } from '../../../catalogue/accounts/accounts.ts';
import { accountResource, INSTALLATION, may } from '../../../catalogue/rights/permissions.ts';
import { personalAccountId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type AccountCall, type Again, type ConsoleCall, queryText } from './console-call.ts';
import { findDoneNotice, findRemarks } from './done-notices.ts';

const ACCOUNT_TABS = {
  projects: 'Projects',
  people: 'People',
  connections: 'Connections',
  billing: 'Billing',
  'access-tokens': 'Access tokens',
  'api-keys': 'API keys',
  settings: 'Settings',
} as const;
type AccountTab = keyof typeof ACCOUNT_TABS;

export function accountView(call: AccountCall, tab: AccountTab, again?: Again): ConsoleView {
  const tabs = accountTabs(call).map((link) => ({ ...link, isCurrent: link.href === `${call.base}/${tab}` }));
  const current = tabs.filter((link) => link.isCurrent).map(({ label, href }) => ({ label, href }));
  return { ...personView(call, again), account: accountLink(call.account), crumbs: current, tabs };
}

export function belowTabView(
  call: AccountCall,
  [tab, label]: [tab: AccountTab, label: string],
  again?: Again,
): ConsoleView {
  const above = { label: ACCOUNT_TABS[tab], href: `${call.base}/${tab}` };
  return deeperView(call, { crumbs: [above, { label, href: call.request.path }] }, again);
}

/** A page further down: its own trail behind the account and its own tabs. */
export function deeperView(
  call: AccountCall,
  place: { readonly crumbs: readonly Link[]; readonly tabs?: readonly Tab[] },
  again?: Again,
): ConsoleView {
  const { crumbs, tabs = [] } = place;
  return { ...personView(call, again), account: accountLink(call.account), crumbs, tabs };
}

export function personView(call: ConsoleCall, again?: Again, crumbs: readonly Link[] = []): ConsoleView {
  const title = findDoneNotice(queryText(call, 'done'));
  const done: FormNotice | null =
    title === null ? null : { tone: 'good', title, text: findRemarks(queryText(call, 'also')) };
  return {
    account: null,
    accounts: call.accounts.map(accountLink),
    crumbs,
    tabs: [],
    personLinks: personLinks(call),
    notice: again?.notice ?? null,
    toast: done,
  };
}

function accountLink({ id, kind, name }: Account): AccountLink {
  return { id, kind, label: cleanForPage(name), href: `/app/${id}/projects` };
}

export function personLinks({ person }: ConsoleCall): Link[] {
  const personal = personalAccountId(person.userId);
  return [
    { label: 'My sessions', href: '/app/me/sessions' },
    { label: 'My invitations', href: '/app/me/invitations' },
    { label: 'My access tokens', href: `/app/${personal}/access-tokens` },
    { label: 'My API keys', href: `/app/${personal}/api-keys` },
    { label: 'My settings', href: `/app/${personal}/settings` },
    ...(may(person, 'ops.read', INSTALLATION) ? [{ label: 'Operations', href: '/ops' }] : []),
  ];
}

export function accountTabs({ account, base, person }: Pick<AccountCall, 'account' | 'base' | 'person'>): Link[] {
  const resource = accountResource(account.id);
  const isPersonal = account.kind === 'personal';
  const hidden: Readonly<Partial<Record<AccountTab, boolean>>> = {
    people: isPersonal,
    connections: !may(person, 'account.read_connections', resource),
    'access-tokens': !may(person, 'access_tokens.read', resource),
    'api-keys': !isPersonal && !may(person, 'organization_keys.read', resource),
  };
  return Object.entries(ACCOUNT_TABS)
    .filter(([tab]) => hidden[tab as AccountTab] !== true)
    .map(([tab, label]) => ({ label, href: `${base}/${tab}` }));
}

export const MY_PROFILE = { label: 'Profile', href: '/app/me/profile' } as const;

const PAGES = [
  { label: 'Sessions', href: '/app/me/sessions' },
  { label: 'Invitations', href: '/app/me/invitations' },
  MY_PROFILE,
] as const;

export function meView(call: ConsoleCall, path: (typeof PAGES)[number]['href'], again?: Again): ConsoleView {
  const crumbs = PAGES.filter(({ href }) => href === path);
  const tabs = PAGES.map((page) => ({ ...page, isCurrent: page.href === path }));
  return { ...personView(call, again, crumbs), tabs };
}
