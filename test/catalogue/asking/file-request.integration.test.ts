import { expect, it } from 'vitest';
import { judgeAsking } from '../../../src/catalogue/access/ask-target.ts';
import { fileRequest } from '../../../src/catalogue/asking/file-request.ts';
import { createAccessRule, replaceAccessRules } from '../../../src/catalogue/rules/access-rules.ts';
import { addTeamMember } from '../../../src/catalogue/teams/team-members.ts';
import { createTeam } from '../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import {
  actingAs,
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  useTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';

const HOUR_MS = 3_600_000;
const catalogueOf = useTestCatalogue();

// Each of those that passed the limit together was mailed to all who may decide.
it('ten requests of a person wait at most, also of those that are made at once', async () => {
  const catalogue = catalogueOf();
  const [admin, member] = [await addPerson(catalogue, 'admin'), await addPerson(catalogue, 'member')];
  const { id: accountId } = await addOrganization(catalogue, admin);
  await addMemberTo(catalogue, { id: accountId }, { person: member });
  const { compute } = await addProject(catalogue, accountId, 'shop');
  const { id: teamId } = await createTeam(catalogue, SYSTEM_CONTEXT, { accountId, name: 'Owners' });
  await addTeamMember(catalogue, SYSTEM_CONTEXT, { accountId, teamId, userId: admin.userId });
  await replaceAccessRules(catalogue, SYSTEM_CONTEXT, { accountId, set: 'strict' });
  const grants = { doors: ['link' as const], approvals: { count: 1, teamId } };
  const everywhere = { subject: { kind: 'members' }, object: { kind: 'account' } } as const;
  await createAccessRule(catalogue, SYSTEM_CONTEXT, { accountId, ...everywhere, grants });
  const place = { computeId: compute.id, database: null, databaseRole: null, access: 'read_write' } as const;
  const choice = { userId: member.userId, ...place };
  const { asking, ...target } = await judgeAsking(catalogue, choice, { door: 'link', address: null, signIn: null });
  if (asking === null) throw new Error('the rule was to ask');
  const context = await actingAs(catalogue, member);
  const wanted = { target: { ...target, asking }, choice, reason: '', durationMs: HOUR_MS };
  const ask = () => fileRequest(catalogue, context, { ...wanted, loginRequestId: null, waitMs: HOUR_MS });
  const asked = await Promise.allSettled(Array.from({ length: 40 }, ask));
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
});
