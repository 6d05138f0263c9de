// Forms of what an organization makes of identity providers.

import { addJoinRule } from '../../../src/catalogue/joining/join-rules.ts';
import { addTeamGroup } from '../../../src/catalogue/joining/team-groups.ts';
import { createTeam } from '../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { makeOperator } from '../../e2e/browser/operations-scenes.ts';
import { organizationForTests, personAtBrowser } from '../console/console-for-tests.ts';
import { inOrganization } from './account-forms.ts';
import { type Fill, filled } from './filled-form.ts';

const KNOWN_ISSUER = { issuer: 'https://login.example.org', name: 'Acme', domains: [], groupsClaim: 'groups' };

/** An operator as admin, with a rule, a team and a group that fills it. */
function onSignIn(
  rest: string | ((ruleId: string) => string),
  fields: (teamId: string) => Readonly<Record<string, string>> = () => ({}),
): Fill {
  return async (web) => {
    const { admin, base, organization } = await organizationForTests(web);
    await makeOperator(web, admin.userId);
    const place = { accountId: organization.id, issuer: KNOWN_ISSUER };
    const rule = await addJoinRule(web.catalogue, SYSTEM_CONTEXT, { ...place, kind: 'group', value: 'staff' });
    const team = await createTeam(web.catalogue, SYSTEM_CONTEXT, { accountId: organization.id, name: 'DBA' });
    await addTeamGroup(web.catalogue, SYSTEM_CONTEXT, { ...place, teamId: team.id, groupName: 'staff' });
    const path = typeof rest === 'string' ? rest : rest(rule.id);
    return await filled(admin, `${base}/settings/sign-in${path}`, fields(team.id));
  };
}

export const SIGN_IN_FORMS: Readonly<Record<string, Fill>> = {
  '/app/:accountId/settings/sign-in': inOrganization('/settings/sign-in', { ends: 'connections' }),
  '/app/:accountId/settings/sign-in/rules': onSignIn('/rules', () => ({
    ...{ issuer: 'default', kind: 'domain', value: 'acme.example' },
  })),
  '/app/:accountId/settings/sign-in/rules/:ruleId/remove': onSignIn((ruleId) => `/rules/${ruleId}/remove`),
  '/app/:accountId/settings/sign-in/groups': onSignIn('/groups', (team) => ({
    ...{ issuer: 'default', team, group: 'dba' },
  })),
  '/app/:accountId/settings/sign-in/groups/remove': onSignIn('/groups/remove', (team) => ({
    ...{ issuer: KNOWN_ISSUER.issuer, team, group: 'staff' },
  })),
  '/sign-in/join': async (web) => {
    const { organization } = await organizationForTests(web);
    const person = await personAtBrowser(web, 'joiner');
    const wanted = { accountId: organization.id, issuer: KNOWN_ISSUER, kind: 'group', value: 'staff' } as const;
    const { id } = await addJoinRule(web.catalogue, SYSTEM_CONTEXT, wanted);
    const offer = { rule_id: id, user_id: person.userId, offered_at: new Date(), declined_at: null };
    await web.catalogue.db.insertInto('join_offers').values(offer).execute();
    return await filled(person, '/sign-in/join', { rule: id, next: '/app/me/profile' });
  },
};
