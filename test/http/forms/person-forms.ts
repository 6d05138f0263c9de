// Forms of one's own pages, of operators, of the approval page, and before sign-in.

import { onTestFinished } from 'vitest';
import { changePlan } from '../../../src/catalogue/accounts/accounts.ts';
import { inviteMembers } from '../../../src/catalogue/accounts/invite-members.ts';
import { createSetupCodeIfEmpty } from '../../../src/catalogue/accounts/setup-codes.ts';
import { requestEmailChange } from '../../../src/catalogue/people/email-changes.ts';
import { createResetLink } from '../../../src/catalogue/people/reset-links.ts';
import { loadPersonActor } from '../../../src/catalogue/rights/actors.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { requestOrganization } from '../../../src/catalogue/transfers/organization-requests.ts';
import { csrfTokenIn } from '../../support/browser/browser-jar.ts';
import { beginSession } from '../../support/browser/session-for-tests.ts';
import {
  addPersonWithPassword,
  newDeveloper,
  newIdentity,
  openLoginLink,
  PASSWORD,
  startWeb,
  type WebForTests,
} from '../../support/browser/web-for-tests.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { hold, organizationForTests, type PersonAtBrowser, personAtBrowser } from '../console/console-for-tests.ts';
import { operatorAtBrowser } from './account-forms.ts';
import { ASKING_FORMS } from './asking-forms.ts';
import { type Fill, type FilledForm, filled, filledByVisitor } from './filled-form.ts';
import { PROGRAM_FORMS } from './program-forms.ts';
import { SECURITY_FORMS } from './security-forms.ts';

function own(path: string, fields: Readonly<Record<string, string>> = {}): Fill {
  return async (web) => await filled(await personAtBrowser(web, 'owner'), path, fields);
}

/** Signed in by password, which they know. */
async function withPassword(
  web: WebForTests,
): Promise<Pick<FilledForm, 'web' | 'jar'> & { userId: PersonAtBrowser['userId'] }> {
  const { userId, email } = await addPersonWithPassword(web);
  const { jar } = await personAtBrowser(web, 'nobody');
  await jar.post('/sign-out', { csrf_token: await jar.csrfToken('/app/me/profile'), sure: 'yes' });
  await jar.signIn(email, PASSWORD);
  return { web, jar, userId };
}

async function invitedTo(web: WebForTests, email: string) {
  const { organization } = await organizationForTests(web);
  const invitations = [{ email, memberRole: 'member' }] as const;
  const [outcome] = await inviteMembers(web.catalogue, SYSTEM_CONTEXT, { accountId: organization.id, invitations });
  if (outcome?.kind !== 'invited') throw new Error('they were to be invited');
  return outcome;
}

function onOwnInvitation(verdict: string): Fill {
  return async (web) => {
    const person = await personAtBrowser(web, 'invited');
    await web.catalogue.db.updateTable('users').set({ email_verified: true }).where('id', '=', person.userId).execute();
    const { invitation } = await invitedTo(web, person.email);
    return await filled(person, `/app/me/invitations/${invitation.id}/${verdict}`);
  };
}

function onHolding(make: (ids: { connection: string; grant: string }) => string): Fill {
  return async (web) => {
    const { member, warehouse } = await organizationForTests(web);
    const { grant } = await hold(web, member, warehouse);
    const [connection] = await web.liveConnections.list({ userId: member.userId });
    return await filled(member, `/app/me/sessions/${make({ connection: connection?.id ?? '', grant: grant.id })}`);
  };
}

function onRequest(verdict: string, fields: Readonly<Record<string, string>>): Fill {
  return async (web) => {
    const wisher = await personAtBrowser(web, 'wisher');
    await changePlan(web.catalogue, SYSTEM_CONTEXT, { accountId: wisher.accountId, plan: 'scale' });
    const wish = { adminEmail: wisher.email, name: 'Wishworks', consent: 'given' } as const;
    const { id } = await requestOrganization(web.catalogue, await actingAs(web.catalogue, wisher), wish);
    return await filled(await operatorAtBrowser(web), `/ops/requests/${id}/${verdict}`, fields);
  };
}

function onPerson(verdict: string): Fill {
  return async (web) => {
    const { userId } = await personAtBrowser(web, 'somebody');
    return await filled(await operatorAtBrowser(web), `/ops/people/${userId}/${verdict}`);
  };
}

export const PERSON_FORMS: Readonly<Record<string, Fill>> = {
  '/app/me/profile': own('/app/me/profile', { name: 'New Name' }),
  '/app/me/profile/password': async (web) =>
    await filled(await withPassword(web), '/app/me/profile/password', {
      current_password: PASSWORD,
      new_password: 'another sentence works too',
    }),
  '/app/me/profile/email': async (web) =>
    await filled(await withPassword(web), '/app/me/profile/email', { email: `${newIdentity().name}@example.com` }),
  '/confirm-email/:token': async (web) => {
    const person = await withPassword(web);
    const actor = await loadPersonActor(web.catalogue, person.userId);
    if (actor === null) throw new Error('there was to be a person');
    const change = { email: `${newIdentity().name}@example.com` };
    const { token } = await requestEmailChange(web.catalogue, { ...SYSTEM_CONTEXT, actor }, change);
    return await filled(person, `/confirm-email/${token.reveal()}`);
  },
  '/app/me/profile/identities/unlink': async (web) => {
    const person = await withPassword(web);
    const identity = { issuer: 'https://id.example', subject: newIdentity().name };
    const row = { ...identity, user_id: person.userId, email: null, linked_at: new Date() };
    await web.catalogue.db.insertInto('identities').values(row).execute();
    return await filled(person, '/app/me/profile/identities/unlink', identity);
  },
  ...SECURITY_FORMS,
  '/app/me/sessions/connections/:connectionId/end': onHolding(({ connection }) => `connections/${connection}/end`),
  '/app/me/sessions/grants/:grantId/revoke': onHolding(({ grant }) => `grants/${grant}/revoke`),
  '/app/me/sessions/browsers/:sessionId/sign-out': async (web) => {
    const person = await personAtBrowser(web, 'owner');
    const session = { userId: person.userId, ip: '127.0.0.1', userAgent: 'another' };
    await beginSession(web.catalogue, session);
    const { text } = await person.get('/app/me/sessions');
    return await filled(person, /action="(\/app\/me\/sessions\/browsers\/[^"]+)"/.exec(text)?.[1] ?? 'none');
  },
  ...PROGRAM_FORMS,
  '/app/me/sign-out-everywhere': own('/app/me/sign-out-everywhere'),
  '/app/me/invitations/:invitationId/accept': onOwnInvitation('accept'),
  '/app/me/invitations/:invitationId/decline': onOwnInvitation('decline'),
  '/app/organizations/new': own('/app/organizations/new', { name: 'Fresh' }),
  '/app/organizations/request': async (web) => {
    const person = await personAtBrowser(web, 'wisher');
    await changePlan(web.catalogue, SYSTEM_CONTEXT, { accountId: person.accountId, plan: 'scale' });
    const fields = { name: 'Wishworks', admin_email: person.email, consent: 'yes' };
    return await filled(person, '/app/organizations/request', fields);
  },
  '/ops/nodes/:nodeId/drain': async (web) =>
    await filled(await operatorAtBrowser(web), `/ops/nodes/${web.catalogue.nodeId}/drain`, { reason: 'new kernel' }),
  '/ops/people/:userId/reset-link': onPerson('reset-link'),
  '/ops/people/:userId/operator': onPerson('operator'),
  '/ops/people/:userId/disable': onPerson('disable'),
  '/ops/people/:userId/enable': onPerson('enable'),
  '/ops/people/:userId/remove': onPerson('remove'),
  '/ops/requests/:requestId/approve': onRequest('approve', {}),
  '/ops/requests/:requestId/decline': onRequest('decline', { reason: 'not now' }),
  '/theme': async (web) => {
    const { browser: jar, person } = await newDeveloper(web);
    const fields = { theme: 'dark', next: '/app' };
    return { web, jar, userId: person.userId, path: '/theme', fields, csrfToken: await jar.csrfToken('/link') };
  },
  '/link': async (web) => {
    const { browser: jar, address, person } = await newDeveloper(web);
    const { request } = await openLoginLink(web, { address });
    const fields = { user_code: request.userCode };
    return { web, jar, userId: person.userId, path: '/link', fields, csrfToken: await jar.csrfToken('/link') };
  },
  '/psql_session/:key': async (web) => {
    const { browser: jar, address, project, person } = await newDeveloper(web);
    const { path, request } = await openLoginLink(web, { address });
    const { text } = await jar.open(path);
    const fields = { decision: 'approve', compute_id: project.compute.id, access: 'read_write', remember: '1h' };
    const at = `/psql_session/${request.id}`;
    return { web, jar, userId: person.userId, path: at, fields, csrfToken: csrfTokenIn(text) };
  },
  ...ASKING_FORMS,
  '/sign-in': async (web) => {
    const { email } = await addPersonWithPassword(web);
    return await filledByVisitor(web, '/sign-in', { email, password: PASSWORD, next: '/app/me/profile' });
  },
  '/sign-in/forgot': async (web) => await filledByVisitor(web, '/sign-in/forgot', { email: 'nobody@example.com' }),
  '/reset/:token': async (web) => {
    const { userId } = await addPersonWithPassword(web);
    const { token } = await createResetLink(web.catalogue, SYSTEM_CONTEXT, { userId });
    return await filledByVisitor(web, `/reset/${token.reveal()}`, { password: 'another sentence works too' });
  },
  '/sign-in/again': async (web) =>
    await filled(await withPassword(web), '/sign-in/again', { password: PASSWORD, next: '/app/me/profile' }),
  '/sign-in/oidc/link': own('/sign-in/oidc/link'),
  '/sign-out': own('/sign-out', { sure: 'yes' }),
  '/setup/:code': async () => {
    const web = await startWeb();
    onTestFinished(() => web.close());
    const code = await createSetupCodeIfEmpty(web.catalogue);
    const fields = { email: 'owner@example.com', password: PASSWORD };
    return await filledByVisitor(web, `/setup/${code?.reveal()}`, fields);
  },
  '/invitations/:token': async (web) => {
    const { token } = await invitedTo(web, `${newIdentity().name}@example.com`);
    return await filledByVisitor(web, `/invitations/${token.reveal()}`, { name: 'Nina', password: PASSWORD });
  },
};

/** These answer with a file, and change nothing but the trail. */
export const EXPORTS: Readonly<Record<string, Fill>> = {
  '/ops/audit/export': async (web) => await filled(await operatorAtBrowser(web), '/ops/audit/export', { actor: 'x' }),
  '/app/:accountId/connections/audit/export': async (web) => {
    const { admin, base } = await organizationForTests(web);
    return await filled(admin, `${base}/connections/audit/export`, { actor: 'x' });
  },
};
