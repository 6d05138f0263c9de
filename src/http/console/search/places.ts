// The pages and actions that a person can go to by name, in each account.

import type { Hit } from '../../../../web/pages/console/search-page.tsx';
import type { Account } from '../../../catalogue/accounts/accounts.ts';
import { accountResource, may } from '../../../catalogue/rights/permissions.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import type { ConsoleCall } from '../shell/console-call.ts';
import { accountTabs, MY_PROFILE, personLinks } from '../shell/open-console-view.ts';

/** All words must be in the label or the account's name, in any order. */
export function placesOf(call: ConsoleCall, search: string): Hit[] {
  const words = search.toLowerCase().split(/\s+/);
  const mine = [...personLinks(call), MY_PROFILE];
  const places: Hit[] = [
    ...call.accounts.flatMap((account) => placesIn(call, account)),
    ...mine.map((link): Hit => ({ kind: 'page', ...link, detail: null })),
    { kind: 'action', label: 'New organization', detail: null, href: '/app/organizations/new' },
  ];
  return places.filter(({ label, detail }) => {
    const text = `${label} ${detail ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function placesIn({ person, parts }: ConsoleCall, account: Account): Hit[] {
  const base = `/app/${account.id}`;
  const resource = accountResource(account.id);
  const detail = cleanForPage(account.name);
  const actions = [
    ...(may(person, 'projects.create', resource)
      ? [
          { label: 'New project', href: `${base}/projects/new` },
          { label: 'Attach a database', href: `${base}/projects/attach` },
        ]
      : []),
    ...(account.kind === 'organization' && may(person, 'invitations.create', resource)
      ? [{ label: 'Invite members', href: `${base}/people/invite` }]
      : []),
    ...(may(person, 'access_tokens.read', resource)
      ? [{ label: 'New access token', href: `${base}/access-tokens/new` }]
      : []),
  ];
  return [
    ...actions.map((action): Hit => ({ kind: 'action', ...action, detail })),
    ...accountTabs({ account, base, person, parts }).map((tab): Hit => ({ kind: 'page', ...tab, detail })),
  ];
}
