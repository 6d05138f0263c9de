// Every page of the console by name, and how its address is made in a town. The accessibility
// tests, the walks of all kinds of people and the screenshots read this list.

import { sessionCookieAt } from '../../support/browser/browser-jar.ts';
import type { Scene, Stage } from './approval/stage.ts';
import { type ConsolePlace, SINGLE_THINGS } from './console/single-things.ts';
import type { Inhabitant, Town } from './console-town.ts';

const org = (rest: string) => (town: Town) => `/app/${town.organization.id}${rest}`;
const shop = (rest: string) => (town: Town) => `/app/${town.organization.id}/projects/${town.shop.project.id}${rest}`;
const own = (who: Inhabitant, rest: string) => (town: Town) => `/app/${town[who].accountId}${rest}`;

export const CONSOLE_PLACES: readonly ConsolePlace[] = [
  { name: 'projects', as: 'admin', path: org('/projects') },
  { name: 'projects-none-found', as: 'admin', path: org('/projects?search=nothing-has-this-name') },
  { name: 'projects-empty', as: 'stranger', path: own('stranger', '/projects') },
  { name: 'new-project', as: 'admin', path: org('/projects/new') },
  { name: 'attach', as: 'admin', path: org('/projects/attach') },
  { name: 'shared', as: 'guest', path: own('guest', '/shared') },
  { name: 'project', as: 'admin', path: shop('') },
  {
    name: 'project-as-guest',
    as: 'guest',
    path: (town) => `/app/${town.guest.accountId}/projects/${town.shop.project.id}`,
  },
  { name: 'connect', as: 'admin', path: shop('/connect') },
  { name: 'databases', as: 'admin', path: shop('/databases') },
  { name: 'consumption', as: 'admin', path: shop('/consumption') },
  { name: 'sharing', as: 'admin', path: shop('/sharing') },
  { name: 'project-settings', as: 'admin', path: shop('/settings') },
  { name: 'new-compute', as: 'admin', path: shop('/computes/new') },
  {
    name: 'compute-policy',
    as: 'admin',
    path: (town) => `${shop('/computes/')(town)}${town.shop.compute.id}/policy`,
  },
  { name: 'suspend', as: 'admin', path: (town) => `${shop('/computes/')(town)}${town.shop.compute.id}/suspend` },
  { name: 'delete-project', as: 'admin', path: shop('/delete') },
  { name: 'end-connection', as: 'admin', path: (town) => `${shop('/connections/')(town)}${town.connectionId}/end` },
  { name: 'members', as: 'admin', path: org('/people') },
  { name: 'invite-members', as: 'admin', path: org('/people/invite') },
  { name: 'pending-invites', as: 'admin', path: org('/people/invitations') },
  { name: 'guests', as: 'admin', path: org('/people/guests') },
  { name: 'invite-guests', as: 'admin', path: org('/people/invite-guests') },
  { name: 'billing', as: 'admin', path: org('/billing') },
  { name: 'billing-as-member', as: 'member', path: org('/billing') },
  { name: 'settings', as: 'admin', path: org('/settings') },
  { name: 'personal-settings', as: 'admin', path: own('admin', '/settings') },
  { name: 'delete-organization', as: 'admin', path: org('/settings/delete') },
  { name: 'organization-keys', as: 'admin', path: org('/api-keys') },
  { name: 'personal-keys', as: 'admin', path: own('admin', '/api-keys') },
  { name: 'organization-tokens', as: 'admin', path: org('/access-tokens') },
  { name: 'personal-tokens', as: 'admin', path: own('admin', '/access-tokens') },
  { name: 'new-token', as: 'admin', path: org('/access-tokens/new') },
  { name: 'trust-workload', as: 'admin', path: org('/access-tokens/trust') },
  { name: 'new-organization', as: 'stranger', path: () => '/app/organizations/new' },
  { name: 'requests', as: 'operator', path: () => '/ops/requests' },
  { name: 'search', as: 'admin', path: () => '/search?q=shop' },
  { name: 'my-sessions', as: 'admin', path: () => '/app/me/sessions' },
  { name: 'sign-out-everywhere', as: 'admin', path: () => '/app/me/sign-out-everywhere' },
  { name: 'my-profile', as: 'admin', path: () => '/app/me/profile' },
  { name: 'my-invitations', as: 'guest', path: () => '/app/me/invitations' },
  { name: 'my-requests', as: 'admin', path: () => '/app/me/requests' },
  ...SINGLE_THINGS,
];

/** The same as scenes, for the screenshots. */
export function consoleScenes(town: Town): Scene[] {
  return CONSOLE_PLACES.map(({ name, as, path }) => ({
    name: `console-${name}`,
    play: async (stage) => {
      await enterAs(stage, town, as);
      await stage.page.goto(stage.web.url + path(town));
    },
  }));
}

/** Gives the browser the session that the person has in this town. */
export async function enterAs({ web, page }: Stage, town: Town, who: Inhabitant): Promise<void> {
  await page.context().addCookies([{ name: sessionCookieAt(web.url), value: town.cookies[who], url: web.url }]);
}
