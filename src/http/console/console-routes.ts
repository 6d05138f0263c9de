// Every route of the console.

import { Router as createRouter, type Router } from 'express';
import * as settings from './account/account-settings.ts';
import * as billing from './account/billing.ts';
import * as tokens from './keys/access-tokens-page.ts';
import { createToken, showNewToken } from './keys/access-tokens-page.ts';
import * as keys from './keys/api-keys-page.ts';
import { unlink } from './me/identities.ts';
import * as endings from './me/my-endings.ts';
import * as invitations from './me/my-invitations.ts';
import * as me from './me/my-pages.ts';
import * as organizations from './organizations/new-organization.ts';
import * as guests from './people/guests-page.ts';
import * as members from './people/members-page.ts';
import { openPeople, type PeopleCall } from './people/members-page.ts';
import * as invites from './people/pending-invites.ts';
import * as computes from './project/change-computes.ts';
import { saveComputePolicy, showComputePolicy } from './project/change-computes.ts';
import * as databases from './project/databases-and-roles.ts';
import { openProject, type ProjectCall } from './project/open-project.ts';
import * as project from './project/settings-page.ts';
import * as sharing from './project/sharing.ts';
import { revealInStrings, showConnect } from './project/show-connect.ts';
import { askEndConnection, endProjectConnection, showConsumption, showOverview } from './project/show-overview.ts';
import * as projects from './projects/create-project-page.ts';
import { showProjects, showShared } from './projects/list-projects-page.ts';
import { showSearch } from './search/search-page.ts';
import { type AccountCall, type ConsoleCall, type ConsoleParts, openAccount, openCall } from './shell/console-call.ts';
import { type RouteTable, tableRoutes } from './shell/form-route.ts';
import { openApp } from './shell/open-app.ts';

const PERSON: RouteTable<ConsoleCall> = {
  prefix: '/app',
  pages: [
    ['/me/sessions', me.showSessions],
    ['/me/profile', me.showProfile, me.saveName],
    ['/me/invitations', invitations.showOwnInvitations],
    ['/me/sessions/connections/:connectionId/end', endings.askEndOwnConnection, endings.endOwnConnection],
    ['/me/sessions/grants/:grantId/revoke', endings.askRevokeGrant, endings.revokeGrant],
    ['/me/sign-out-everywhere', endings.askSignOutEverywhere, endings.signOutEverywhere],
    ['/organizations/new', organizations.showNewOrganization, organizations.createOwnOrganization],
  ],
  forms: [
    ['/me/sessions/browsers/:sessionId/sign-out', endings.signOutBrowser, me.showSessions],
    ['/me/invitations/:invitationId/accept', invitations.acceptInvitation, invitations.showOwnInvitations],
    ['/me/invitations/:invitationId/decline', invitations.declineInvitation, invitations.showOwnInvitations],
    ['/me/profile/email', me.saveEmail, me.showProfile],
    ['/me/profile/password', me.savePassword, me.showProfile],
    ['/me/profile/identities/unlink', unlink, me.showProfile],
    ['/organizations/request', organizations.sendRequest, organizations.showNewOrganization],
  ],
};

const SEARCH: RouteTable<ConsoleCall> = { prefix: '', pages: [['/search', showSearch]], forms: [] };

const ACCOUNT: RouteTable<AccountCall> = {
  prefix: '/app/:accountId',
  pages: [
    ['/projects', showProjects],
    ['/shared', showShared],
    ['/projects/new', projects.showNewProject, projects.createProject],
    ['/projects/attach', projects.showAttach, projects.attachProject],
    ['/api-keys', keys.showApiKeys, keys.createApiKey],
    ['/api-keys/:keyId/revoke', keys.askRevokeApiKey, keys.revokeApiKey],
    ['/access-tokens', tokens.showAccessTokens],
    ['/access-tokens/new', showNewToken, createToken],
    ['/access-tokens/:tokenId/revoke', tokens.askRevokeToken, tokens.revokeToken],
    ['/billing', billing.showBilling, billing.saveBilling],
    ['/billing/plan', billing.askPlan, billing.savePlan],
    ['/settings', settings.showSettings],
    ['/settings/delete', settings.askDeleteAccount, settings.deleteAccount],
  ],
  forms: [
    ['/settings/name', settings.renameAccount, settings.showSettings],
    ['/settings/policy', settings.savePolicy, settings.showSettings],
  ],
};

const PEOPLE: RouteTable<PeopleCall> = {
  prefix: '/app/:accountId/people',
  pages: [
    ['', members.showMembers],
    ['/members/:membershipId/remove', members.askRemoveMember, members.removeMemberOrLeave],
    ['/invite', invites.showInviteMembers, invites.invite],
    ['/invitations', invites.showPendingInvites],
    ['/invitations/:invitationId/cancel', invites.askCancel, invites.cancel],
    ['/guests', guests.showGuests],
    ['/invite-guests', guests.showInviteGuests, guests.inviteGuests],
    ['/guests/:shareId/remove', guests.askRemoveGuest, guests.removeGuest],
  ],
  forms: [
    ['/members/:membershipId/role', members.changeMemberRole, members.showMembers],
    ['/invitations/:invitationId/resend', invites.resend, invites.showPendingInvites],
    ['/invitations/cancel', invites.cancelTicked, invites.showPendingInvites],
    ['/guests/convert', guests.convert, guests.showGuests],
  ],
};

const PROJECT: RouteTable<ProjectCall> = {
  prefix: '/app/:accountId/projects/:projectId',
  pages: [
    ['', showOverview],
    ['/connect', showConnect],
    ['/databases', databases.showDatabases, databases.createDatabase],
    ['/consumption', showConsumption],
    ['/sharing', sharing.showSharing, sharing.share],
    ['/settings', project.showProjectSettings, project.renameProject],
    ['/connections/:connectionId/end', askEndConnection, endProjectConnection],
    ['/computes/new', computes.showNewCompute, computes.addCompute],
    ['/computes/:computeId/policy', showComputePolicy, saveComputePolicy],
    ['/computes/:computeId/suspend', computes.askSuspend, computes.suspendCompute],
    ['/computes/:computeId/link-login', computes.askLinkLogin, computes.switchLinkLogin],
    ['/computes/:computeId/delete', computes.askDeleteCompute, computes.removeCompute],
    ['/databases/:name/delete', databases.askDeleteDatabase, databases.deleteDatabase],
    ['/databases/roles/:name/reset', databases.askResetPassword, databases.resetPassword],
    ['/databases/roles/:name/delete', databases.askDeleteRole, databases.deleteRole],
    ['/sharing/:shareId/remove', sharing.askUnshare, sharing.unshare],
    ['/transfer', project.askTransfer, project.transferProject],
    ['/delete', project.askDeleteProject, project.deleteProject],
  ],
  forms: [
    ['/connect/reveal', revealInStrings, showConnect],
    ['/computes/:computeId/start', computes.startCompute, showOverview],
    ['/databases/roles', databases.createRole, databases.showDatabases],
    ['/databases/roles/:name/reveal', databases.revealPassword, databases.showDatabases],
  ],
};

/** Routes with a fixed word come before those that would take it for an id. */
export function consoleRoutes(parts: ConsoleParts): Router {
  const router = createRouter();
  router.use(tableRoutes(parts, openCall, PERSON), tableRoutes(parts, openCall, SEARCH));
  router.get('/app', (request, response) => openApp(parts, request, response));
  router.get('/app/:accountId', async (request, response) => {
    const { base } = await openAccount(parts, request, response);
    response.redirect(303, `${base}/projects`);
  });
  router.use(tableRoutes(parts, openAccount, ACCOUNT), tableRoutes(parts, openProject, PROJECT));
  return router.use(tableRoutes(parts, openPeople, PEOPLE));
}
