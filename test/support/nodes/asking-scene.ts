// A desk in an organization whose production project asks a team first: Alex asks; Ann, Bob and Cy
// decide.

import { createOrganization } from '../../../src/catalogue/accounts/organizations.ts';
import type { User } from '../../../src/catalogue/accounts/users.ts';
import type { RuleGrants } from '../../../src/catalogue/rights/access-rule.ts';
import { createAccessRule, replaceAccessRules } from '../../../src/catalogue/rules/access-rules.ts';
import { addTeamMember } from '../../../src/catalogue/teams/team-members.ts';
import { createTeam } from '../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type AccessRuleId, type AccountId, personalAccountId, type TeamId } from '../../../src/ids.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import type { WebClient } from '../browser/web-client.ts';
import { addMemberTo } from '../databases/catalogue-for-tests.ts';
import { type Desk, type DeskOptions, openDesk, signedInBrowser } from './desk.ts';
import { addPerson, addProject, type TestNode } from './postern-for-tests.ts';

export interface Decider {
  readonly person: User;
  readonly browser: WebClient;
}

export interface AskingScene extends AsyncDisposable {
  readonly desk: Desk;
  readonly organizationId: AccountId;
  readonly teamId: TeamId;
  readonly ruleId: AccessRuleId;
  readonly project: HostedProject;
  readonly ann: Decider;
  readonly bob: Decider;
  readonly cy: Decider;
}

/** The rule asks one of the team unless the grants say otherwise. */
export async function openAskingScene(
  options: DeskOptions & { readonly grants?: Partial<RuleGrants>; readonly count?: number } = {},
): Promise<AskingScene> {
  const { grants = {}, count = 1, ...ofDesk } = options;
  const desk = await openDesk(ofDesk);
  const { node } = desk;
  const { catalogue } = node.postern;
  const [ann, bob, cy] = [await decider(node, 'Ann'), await decider(node, 'Bob'), await decider(node, 'Cy')];
  const { id: organizationId } = await createOrganization(catalogue, SYSTEM_CONTEXT, {
    name: 'Example Org',
    admin: { id: ann.person.id, email: ann.person.email },
  });
  for (const person of [bob.person, cy.person, desk.person]) {
    await addMemberTo(
      catalogue,
      { id: organizationId },
      { person: { userId: person.id, accountId: personalAccountId(person.id), email: person.email } },
    );
  }
  const project = await addProject(node, { accountId: organizationId, name: 'orders' });
  const { id: teamId } = await createTeam(catalogue, SYSTEM_CONTEXT, { accountId: organizationId, name: 'Owners' });
  for (const { person } of [ann, bob, cy]) {
    await addTeamMember(catalogue, SYSTEM_CONTEXT, { accountId: organizationId, teamId, userId: person.id });
  }
  await replaceAccessRules(catalogue, SYSTEM_CONTEXT, { accountId: organizationId, set: 'strict' });
  const rule = await createAccessRule(catalogue, SYSTEM_CONTEXT, {
    accountId: organizationId,
    subject: { kind: 'members' },
    object: { kind: 'account' },
    grants: { ...grants, hours: null, databases: null, doors: ['link'], approvals: { count, teamId } },
  });
  const scene = { desk, organizationId, teamId, ruleId: rule.id, project, ann, bob, cy };
  return { ...scene, [Symbol.asyncDispose]: () => desk.close() };
}

async function decider(node: TestNode, name: string): Promise<Decider> {
  const email = `${name.toLowerCase()}@example.com`;
  const person = await addPerson(node, { email, name: `${name} Example` });
  return { person, browser: await signedInBrowser(node.baseUrl, email) };
}
