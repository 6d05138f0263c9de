// The pages about one thing of the town, most of them questions before something ends, and those of
// access rules, teams and second factors. Part of the list in console-scenes.ts.

import type { Inhabitant, Town } from '../console-town.ts';

export interface ConsolePlace {
  readonly name: string;
  /** The person for whom the page shows most; the others are in the table of the walk. */
  readonly as: Inhabitant;
  readonly path: (town: Town) => string;
}

const org = (rest: (papers: Town['papers']) => string) => (town: Town) =>
  `/app/${town.organization.id}${rest(town.papers)}`;
const shop = (rest: (town: Town) => string) => (town: Town) =>
  `/app/${town.organization.id}/projects/${town.shop.project.id}${rest(town)}`;
const compute = (rest: string) => shop((town) => `/computes/${town.shop.compute.id}${rest}`);
const person = (rest: string) => (town: Town) => `/ops/people/${town.member.userId}${rest}`;
const first = (things: ReadonlyArray<{ readonly name: string }>) => things[0]?.name ?? '';

export const SINGLE_THINGS: readonly ConsolePlace[] = [
  { name: 'access', as: 'admin', path: org(() => '/access') },
  { name: 'access-of-production', as: 'admin', path: org(() => '/access?about=label:production') },
  {
    name: 'access-as',
    as: 'admin',
    path: (town) => `/app/${town.organization.id}/access/as?person=${town.member.email}`,
  },
  { name: 'remove-rule', as: 'admin', path: org(({ ruleId }) => `/access/rules/${ruleId}/remove`) },
  { name: 'start-rules', as: 'admin', path: org(() => '/access/start/strict') },
  { name: 'why', as: 'member', path: (town) => `/app/why/${town.papers.refusalId}` },
  { name: 'teams', as: 'admin', path: org(() => '/people/teams') },
  { name: 'team', as: 'admin', path: org(({ teamId }) => `/people/teams/${teamId}`) },
  { name: 'delete-team', as: 'admin', path: org(({ teamId }) => `/people/teams/${teamId}/delete`) },
  { name: 'remove-member', as: 'admin', path: org(({ membershipId: id }) => `/people/members/${id}/remove`) },
  { name: 'cancel-invite', as: 'admin', path: org(({ invitationId: id }) => `/people/invitations/${id}/cancel`) },
  { name: 'remove-guest', as: 'admin', path: org(({ shareId }) => `/people/guests/${shareId}/remove`) },
  { name: 'unshare', as: 'admin', path: shop(({ papers }) => `/sharing/${papers.shareId}/remove`) },
  { name: 'plan-question', as: 'operator', path: (town) => `/app/${town.operator.accountId}/billing/plan?plan=scale` },
  { name: 'break-glass-settings', as: 'admin', path: org(() => '/settings/break-glass') },
  { name: 'second-factor-settings', as: 'admin', path: org(() => '/settings/second-factor') },
  { name: 'break-glass', as: 'admin', path: () => '/app/me/requests/break-glass' },
  { name: 'sign-in-settings', as: 'admin', path: org(() => '/settings/sign-in') },
  { name: 'revoke-key', as: 'admin', path: org(({ keyId }) => `/api-keys/${keyId}/revoke`) },
  { name: 'revoke-token', as: 'admin', path: org(({ tokenId }) => `/access-tokens/${tokenId}/revoke`) },
  { name: 'link-login', as: 'admin', path: compute('/link-login') },
  { name: 'delete-database', as: 'admin', path: shop((town) => `/databases/${first(town.shop.databases)}/delete`) },
  { name: 'reset-role', as: 'admin', path: shop((town) => `/databases/roles/${first(town.shop.roles)}/reset`) },
  { name: 'delete-role', as: 'admin', path: shop((town) => `/databases/roles/${first(town.shop.roles)}/delete`) },
  { name: 'transfer', as: 'admin', path: shop(({ admin }) => `/transfer?account_id=${admin.accountId}`) },
  {
    name: 'leave-project',
    as: 'guest',
    path: (town) => `/app/${town.guest.accountId}/projects/${town.shop.project.id}/leave`,
  },
  { name: 'delete-compute', as: 'admin', path: compute('/delete') },
  { name: 'provisioning', as: 'admin', path: org(() => '/people/provisioning') },
  {
    name: 'revoke-scim-key',
    as: 'admin',
    path: org(({ scimKeyId }) => `/people/provisioning/keys/${scimKeyId}/revoke`),
  },
  { name: 'notifications', as: 'admin', path: org(() => '/settings/notifications') },
  { name: 'end-own-connection', as: 'admin', path: (town) => `/app/me/sessions/connections/${town.connectionId}/end` },
  { name: 'forget-approval', as: 'admin', path: (town) => `/app/me/sessions/grants/${town.grantId}/revoke` },
  {
    name: 'forget-key',
    as: 'admin',
    path: (town) => `/app/me/sessions/keys/${town.papers.terminalKeyId}/forget`,
  },
  { name: 'ops-reset-link', as: 'operator', path: person('/reset-link') },
  { name: 'ops-make-operator', as: 'operator', path: person('/operator') },
  { name: 'ops-disable', as: 'operator', path: person('/disable') },
  { name: 'ops-remove', as: 'operator', path: person('/remove') },
  { name: 'ops-offboarding', as: 'operator', path: person('/offboarding') },
  { name: 'security', as: 'member', path: () => '/app/me/security' },
  { name: 'security-none', as: 'stranger', path: () => '/app/me/security' },
  { name: 'one-time-codes', as: 'guest', path: () => '/app/me/security/one-time-codes' },
  { name: 'end-one-time-codes', as: 'member', path: () => '/app/me/security/one-time-codes/off' },
  {
    name: 'remove-passkey',
    as: 'member',
    path: (town) => `/app/me/security/passkeys/${town.papers.passkeyId}/remove`,
  },
  { name: 'request-state', as: 'stranger', path: () => '/app/organizations/new?done=request_sent' },
];
