// What people of a town have made: invitations, keys, tokens, a team, access rules, second factors,
// a request for an organization. Its ids lead to the pages about single things.

import { randomBytes, randomUUID } from 'node:crypto';
import { createAccessToken } from '../../../../src/catalogue/access/access-tokens.ts';
import {
  createOrganizationKey,
  createPersonalKey,
  createSinglePurposeKey,
} from '../../../../src/catalogue/access/api-keys.ts';
import { inviteMembers } from '../../../../src/catalogue/accounts/invite-members.ts';
import { findMembership } from '../../../../src/catalogue/accounts/member-lists.ts';
import { setMemberRole } from '../../../../src/catalogue/accounts/memberships.ts';
import { addNotificationTarget } from '../../../../src/catalogue/notifications/notification-targets.ts';
import { rememberKey } from '../../../../src/catalogue/people/terminal-keys.ts';
import { createAccessRule } from '../../../../src/catalogue/rules/access-rules.ts';
import { addTeamMember } from '../../../../src/catalogue/teams/team-members.ts';
import { createTeam } from '../../../../src/catalogue/teams/teams.ts';
import type { AuditContext } from '../../../../src/catalogue/trail/audit-context.ts';
import { requestOrganization } from '../../../../src/catalogue/transfers/organization-requests.ts';
import { newConnectionId } from '../../../../src/ids.ts';
import type { WebForTests } from '../../../support/browser/web-for-tests.ts';
import { actingAs, addMemberTo, addPerson } from '../../../support/databases/catalogue-for-tests.ts';
import { begunCodes, withOneTimeCodes, withPasskey } from '../../../support/second-factors-for-tests.ts';
import type { Townspeople } from '../console-town.ts';

export interface Papers {
  readonly keyId: number;
  readonly scimKeyId: number;
  readonly tokenId: string;
  readonly teamId: string;
  readonly ruleId: string;
  readonly invitationId: string;
  readonly membershipId: string;
  readonly shareId: string;
  readonly passkeyId: string;
  /** In the address of its page: the admin's. */
  readonly terminalKeyId: string;
  /** The reference of a connection that was refused to the member. */
  readonly refusalId: string;
}

export async function addPapers(web: WebForTests, town: Townspeople): Promise<Papers> {
  const { catalogue } = web;
  const { organization, shop, admin, member, guest, stranger } = town;
  const asAdmin = await actingAs(catalogue, admin);
  const accountId = organization.id;
  const membershipId = await addDeputy(web, town);
  const outcomes = await inviteMembers(catalogue, asAdmin, {
    accountId,
    invitations: [
      { email: `nina-${randomUUID().slice(0, 8)}@example.com`, memberRole: 'member' },
      { email: `omar-${randomUUID().slice(0, 8)}@example.com`, memberRole: 'admin' },
    ],
  });
  const invited = outcomes.find(({ kind }) => kind === 'invited');
  if (invited?.kind !== 'invited') throw new Error('somebody was to be invited');
  const { apiKey } = await createOrganizationKey(catalogue, asAdmin, { accountId, name: 'deploy' });
  const provider = { accountId, name: 'identity provider', kind: 'scim' } as const;
  const scimKey = await createSinglePurposeKey(catalogue, asAdmin, provider);
  await addNotificationTarget(catalogue, asAdmin, {
    ...{ accountId, name: 'On call', format: 'slack', classes: ['access_requests'] },
    url: 'https://hooks.slack.com/services/T0/B0/x',
  });
  await createPersonalKey(catalogue, asAdmin, { name: 'laptop' });
  const token = { computeId: shop.compute.id, access: 'read_write' } as const;
  await createAccessToken(catalogue, asAdmin, { ...token, name: 'DBeaver on the laptop', owner: 'self' });
  const { accessToken } = await createAccessToken(catalogue, asAdmin, {
    ...{ ...token, name: 'nightly report', owner: 'account' },
  });
  const wish = { adminEmail: stranger.email, name: 'Stanworks', consent: 'given' } as const;
  await requestOrganization(catalogue, await actingAs(catalogue, stranger), wish);
  const terminalKeyId = randomBytes(32).toString('base64url');
  const fingerprint = `SHA256:${Buffer.from(terminalKeyId, 'base64url').toString('base64').replace('=', '')}`;
  await rememberKey(catalogue, admin.userId, { fingerprint, address: '203.0.113.7' });
  const passkeyId = await withPasskey(catalogue, member.userId);
  await withOneTimeCodes(catalogue, member.userId);
  await begunCodes(catalogue, guest.userId);
  const share = catalogue.db.selectFrom('project_shares').select('id').where('project_id', '=', shop.project.id);
  return {
    scimKeyId: scimKey.apiKey.id,
    terminalKeyId,
    ...{ keyId: apiKey.id, tokenId: accessToken.id, invitationId: invited.invitation.id, membershipId, passkeyId },
    ...(await addTeamWithRules(web, { town, asAdmin })),
    shareId: (await share.where('user_id', '=', guest.userId).executeTakeFirstOrThrow()).id,
    refusalId: await refuse(web, town),
  };
}

/** A second admin. Returns the membership's id. */
async function addDeputy({ catalogue }: WebForTests, { organization, admin }: Townspeople): Promise<string> {
  const accountId = organization.id;
  const deputy = await addPerson(catalogue, 'deputy');
  await addMemberTo(catalogue, organization, { person: deputy });
  const membership = await findMembership(catalogue, { accountId, userId: deputy.userId });
  if (membership === null) throw new Error('the deputy was to be a member');
  const role = { accountId, membershipId: membership.id, memberRole: 'admin' } as const;
  await setMemberRole(catalogue, await actingAs(catalogue, admin), role);
  return membership.id;
}

interface Ruling {
  readonly town: Townspeople;
  readonly asAdmin: AuditContext;
}

async function addTeamWithRules({ catalogue }: WebForTests, { town: { organization, member }, asAdmin }: Ruling) {
  const accountId = organization.id;
  const { id: teamId } = await createTeam(catalogue, asAdmin, { accountId, name: 'Analysts' });
  await createTeam(catalogue, asAdmin, { accountId, name: 'On call' });
  await addTeamMember(catalogue, asAdmin, { accountId, teamId, userId: member.userId });
  const { id: ruleId } = await createAccessRule(catalogue, asAdmin, {
    accountId,
    subject: { kind: 'team', teamId },
    object: { kind: 'label', label: 'production' },
    grants: {
      roles: 'read_only',
      doors: ['link'],
      longestApprovalMs: 3_600_000,
      hours: { timeZone: 'Europe/Berlin', windows: [{ days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00' }] },
      networks: ['10.20.0.0/16'],
      passkey: true,
    },
  });
  return { teamId, ruleId };
}

async function refuse({ auditTrail, catalogue }: WebForTests, { member, organization, shop }: Townspeople) {
  const connectionId = newConnectionId();
  auditTrail.record({
    ...{ event: 'login.refused', outcome: 'refused', at: new Date(), nodeId: catalogue.nodeId, connectionId },
    ...{ actorType: 'person', actorId: member.userId, actorEmail: member.email },
    ...{ accountId: organization.id, projectId: shop.project.id, computeId: shop.compute.id },
    ...{ terminalIp: '203.0.113.9', reason: 'access_denied' },
  });
  await auditTrail.flush();
  return connectionId;
}
