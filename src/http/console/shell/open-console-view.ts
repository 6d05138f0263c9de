// The frame of a page: what the switcher offers, the trail, which tabs this person has
// here.

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
import { type AccountCall, type ConsoleCall, queryText } from './console-call.ts';
import { findDoneNotice } from './done-notices.ts';

export type AccountTab =
  | 'projects'
  | 'shared'
  | 'people'
  | 'connections'
  | 'billing'
  | 'access-tokens'
  | 'api-keys'
  | 'settings';

/** A page that belongs to the account as a whole. */
export function accountView(call: AccountCall, tab: AccountTab, problem: FormNotice | null = null): ConsoleView {
  const tabs = accountTabs(call).map((link) => ({ ...link, isCurrent: link.href === `${call.base}/${tab}` }));
  const current = tabs.filter((link) => link.isCurrent).map(({ label, href }) => ({ label, href }));
  return { ...personView(call, problem), account: accountLink(call.account), crumbs: current, tabs };
}

/** A page further down: its own trail behind the account and its own tabs. */
export function deeperView(
  call: AccountCall,
  place: { readonly crumbs: readonly Link[]; readonly tabs?: readonly Tab[] },
  problem: FormNotice | null = null,
): ConsoleView {
  const { crumbs, tabs = [] } = place;
  return { ...personView(call, problem), account: accountLink(call.account), crumbs, tabs };
}

/** A page of the person, outside of any account. */
export function personView(
  call: ConsoleCall,
  problem: FormNotice | null = null,
  crumbs: readonly Link[] = [],
): ConsoleView {
  const title = findDoneNotice(queryText(call, 'done'));
  const done: FormNotice | null = title === null ? null : { tone: 'good', title, text: null };
  return {
    account: null,
    accounts: call.accounts.map(accountLink),
    crumbs,
    tabs: [],
    personLinks: personLinks(call),
    notice: problem ?? done,
  };
}

function accountLink({ id, kind, name }: Account): AccountLink {
  return { id, kind, label: cleanForPage(name), href: `/app/${id}/projects` };
}

function personLinks({ person }: ConsoleCall): Link[] {
  const personal = personalAccountId(person.userId);
  return [
    { label: 'My sessions', href: '/app/me/sessions' },
    { label: 'My access tokens', href: `/app/${personal}/access-tokens` },
    { label: 'My API keys', href: `/app/${personal}/api-keys` },
    { label: 'My settings', href: `/app/${personal}/settings` },
    ...(may(person, 'ops.read', INSTALLATION) ? [{ label: 'Operations', href: '/ops' }] : []),
  ];
}

function accountTabs({ account, base, person }: AccountCall): Link[] {
  const resource = accountResource(account.id);
  const isPersonal = account.kind === 'personal';
  const tabs: ReadonlyArray<{ readonly label: string; readonly tab: AccountTab; readonly isThere: boolean }> = [
    { label: 'Projects', tab: 'projects', isThere: true },
    { label: 'Shared with me', tab: 'shared', isThere: isPersonal },
    { label: 'People', tab: 'people', isThere: !isPersonal },
    { label: 'Connections', tab: 'connections', isThere: may(person, 'account.read_connections', resource) },
    { label: 'Billing', tab: 'billing', isThere: true },
    { label: 'Access tokens', tab: 'access-tokens', isThere: may(person, 'access_tokens.read', resource) },
    {
      label: 'API keys',
      tab: 'api-keys',
      isThere: isPersonal || may(person, 'organization_keys.read', resource),
    },
    { label: 'Settings', tab: 'settings', isThere: true },
  ];
  return tabs.filter(({ isThere }) => isThere).map(({ label, tab }) => ({ label, href: `${base}/${tab}` }));
}
