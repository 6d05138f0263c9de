// The frame of a page: what the switcher offers, the trail, which tabs this person has.

import type {
  AccountLink,
  ConsoleView,
  Link,
  Tab,
  ToastView,
} from '../../../../web/components/console/console-view.ts';
import type { Account } from '../../../catalogue/accounts/accounts.ts';
import { accountResource, INSTALLATION, may } from '../../../catalogue/rights/permissions.ts';
import { personalAccountId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type AccountCall, type Again, type ConsoleCall, type ConsoleParts, queryText } from './console-call.ts';
import { findDoneNotice, findRemarks } from './done-notices.ts';
import { openWords } from './toast-words.ts';

const ACCOUNT_TABS = {
  projects: 'Projects',
  people: 'People',
  access: 'Access',
  connections: 'Connections',
  billing: 'Billing',
  'access-tokens': 'Access tokens',
  'api-keys': 'API keys',
  settings: 'Settings',
} as const;
type AccountTab = keyof typeof ACCOUNT_TABS;
const TABS = Object.keys(ACCOUNT_TABS) as AccountTab[];

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
  const above = { label: labelOf(tab, call.parts), href: `${call.base}/${tab}` };
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
  return {
    account: null,
    accounts: call.accounts.map(accountLink),
    crumbs,
    waiting: call.waiting,
    alarms: call.openReviews.map(({ id, personName, projectName }) => ({
      label: `${cleanForPage(personName)} broke the glass of ${cleanForPage(projectName)}. Nobody has reviewed it yet.`,
      href: `/app/me/requests/${id}`,
    })),
    tabs: [],
    personLinks: personLinks(call),
    notice: again?.notice ?? null,
    toast: toastOf(call),
  };
}

function toastOf(call: ConsoleCall): ToastView | null {
  const title = findDoneNotice(queryText(call, 'done'));
  if (title === null) return null;
  const words = openWords(call.request, call.parts.address);
  return { title: words?.title ?? title, text: findRemarks(queryText(call, 'also')), undo: words?.undo ?? null };
}

function accountLink({ id, kind, name }: Account): AccountLink {
  return { id, kind, label: cleanForPage(name), href: `/app/${id}/projects` };
}

export function personLinks({ person }: ConsoleCall): Link[] {
  const personal = personalAccountId(person.userId);
  return [
    { label: 'My sessions', href: '/app/me/sessions' },
    { label: 'My requests', href: '/app/me/requests' },
    { label: 'My invitations', href: '/app/me/invitations' },
    { label: 'My access tokens', href: `/app/${personal}/access-tokens` },
    { label: 'My API keys', href: `/app/${personal}/api-keys` },
    { label: 'My settings', href: `/app/${personal}/settings` },
    ...(may(person, 'ops.read', INSTALLATION) ? [{ label: 'Operations', href: '/ops' }] : []),
  ];
}

/** Where nobody is invoiced, what is left of billing are limits and consumption. */
function labelOf(tab: AccountTab, { config }: Pick<ConsoleParts, 'config'>): string {
  return tab === 'billing' && !config.organizations.invoices ? 'Limits' : ACCOUNT_TABS[tab];
}

type TabsOf = Pick<AccountCall, 'account' | 'base' | 'person' | 'parts'>;

export function accountTabs({ account, base, person, parts }: TabsOf): Link[] {
  const resource = accountResource(account.id);
  const isPersonal = account.kind === 'personal';
  const hidden: Readonly<Partial<Record<AccountTab, boolean>>> = {
    people: isPersonal,
    access: !may(person, 'access_rules.read', resource),
    connections: !may(person, 'account.read_connections', resource),
    'access-tokens': !may(person, 'access_tokens.read', resource),
    'api-keys': !isPersonal && !may(person, 'organization_keys.read', resource),
  };
  return TABS.filter((tab) => hidden[tab] !== true).map((tab) => ({
    label: labelOf(tab, parts),
    href: `${base}/${tab}`,
  }));
}

export const MY_PROFILE = { label: 'Profile', href: '/app/me/profile' } as const;

const PAGES = [
  { label: 'Sessions', href: '/app/me/sessions' },
  { label: 'Requests', href: '/app/me/requests' },
  { label: 'Invitations', href: '/app/me/invitations' },
  MY_PROFILE,
  { label: 'Security', href: '/app/me/security' },
] as const;

export function meView(call: ConsoleCall, path: (typeof PAGES)[number]['href'], again?: Again): ConsoleView {
  const crumbs = PAGES.filter(({ href }) => href === path);
  const tabs = PAGES.map((page) => ({ ...page, isCurrent: page.href === path }));
  return { ...personView(call, again, crumbs), tabs };
}
