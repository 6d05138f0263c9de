// Every route of the console.

import { Router as createRouter, type Router } from 'express';
import * as access from './access/access-page.ts';
import { showAsPerson } from './access/as-person-page.ts';
import { showWhy } from './access/why-page.ts';
import * as settings from './account/account-settings.ts';
import * as billing from './account/billing.ts';
import * as glass from './account/break-glass-settings.ts';
import * as notifications from './account/notification-settings.ts';
import * as secondFactor from './account/second-factor-settings.ts';
import * as signIn from './account/sign-in-settings.ts';
import * as tokens from './keys/access-tokens-page.ts';
import * as keys from './keys/api-keys-page.ts';
import * as newTokens from './keys/new-access-token.ts';
import { unlink } from './me/identities.ts';
import * as endings from './me/my-endings.ts';
import * as invitations from './me/my-invitations.ts';
import * as me from './me/my-pages.ts';
import * as ownKeys from './me/own-keys.ts';
import * as security from './me/security.ts';
import * as organizations from './organizations/new-organization.ts';
import * as guests from './people/guests-page.ts';
import * as members from './people/members-page.ts';
import { openPeople, type PeopleCall } from './people/members-page.ts';
import * as invites from './people/pending-invites.ts';
import * as scim from './people/scim-page.ts';
import * as teams from './people/teams-page.ts';
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
import { askForAccess, showAskForAccess } from './requests/ask-page.ts';
import { breakGlass, reviewGlass, showBreakGlass } from './requests/break-glass-page.ts';
import { decideRequest, showRequest, withdrawOwnRequest } from './requests/request-page.ts';
import { showRequests } from './requests/requests-page.ts';
import { showSearch } from './search/search-page.ts';
import { type AccountCall, type ConsoleCall, type ConsoleParts, openAccount, openCall } from './shell/console-call.ts';
import { type RouteTable, tableRoutes } from './shell/form-route.ts';
import { openApp } from './shell/open-app.ts';

const PERSON: RouteTable<ConsoleCall> = {
  prefix: '/app',
  pages: [
    ['/why/:connectionId', showWhy],
    ['/me/sessions', me.showSessions],
    ['/me/profile', me.showProfile, me.saveName],
    ['/me/invitations', invitations.showOwnInvitations],
    ['/me/sessions/connections/:connectionId/end', endings.askEndOwnConnection, endings.endOwnConnection],
    ['/me/sessions/grants/:grantId/revoke', endings.askRevokeGrant, endings.revokeGrant],
    ['/me/sessions/keys/:key/forget', ownKeys.askForgetKey, ownKeys.forgetKey],
    ['/me/sessions/programs/:consentId/revoke', endings.askRevokeProgram, endings.revokeProgram],
    ['/me/sign-out-everywhere', endings.askSignOutEverywhere, endings.signOutEverywhere],
    ['/me/requests', showRequests],
    ['/me/requests/new', showAskForAccess, askForAccess],
    ['/me/requests/break-glass', showBreakGlass, breakGlass],
    ['/me/requests/:requestId', showRequest, decideRequest],
    ['/me/security', security.showSecurity],
    ['/me/security/one-time-codes', security.showOneTimeCodes, security.confirmOneTimeCodes],
    ['/me/security/one-time-codes/off', security.askEndOneTimeCodes, security.endOneTimeCodes],
    ['/me/security/passkeys/:passkeyId/remove', security.askRemovePasskey, security.removePasskey],
    ['/organizations/new', organizations.showNewOrganization, organizations.createOwnOrganization],
  ],
  forms: [
    ['/me/sessions/browsers/:sessionId/sign-out', endings.signOutBrowser, me.showSessions],
    ['/me/invitations/:invitationId/accept', invitations.acceptInvitation, invitations.showOwnInvitations],
    ['/me/invitations/:invitationId/decline', invitations.declineInvitation, invitations.showOwnInvitations],
    ['/me/requests/:requestId/withdraw', withdrawOwnRequest, showRequest],
    ['/me/requests/:requestId/review', reviewGlass, showRequest],
    ['/me/profile/email', me.saveEmail, me.showProfile],
    ['/me/profile/password', me.savePassword, me.showProfile],
    ['/me/profile/identities/unlink', unlink, me.showProfile],
    ['/me/security/passkeys', security.addPasskey, security.showSecurity],
    ['/me/security/one-time-codes/begin', security.beginOneTimeCodes, security.showSecurity],
    ['/me/security/recovery-codes', security.makeRecoveryCodes, security.showSecurity],
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
    ['/access-tokens/new', newTokens.showNewToken, newTokens.createToken],
    ['/access-tokens/trust', newTokens.showTrust, newTokens.createTrust],
    ['/access-tokens/:tokenId/revoke', tokens.askRevokeToken, tokens.revokeToken],
    ['/access', access.showAccess, access.createRule],
    ['/access/as', showAsPerson],
    ['/access/rules/:ruleId/remove', access.askRemoveRule, access.removeRule],
    ['/access/start/:set', access.askStart, access.start],
    ['/billing', billing.showBilling, billing.saveBilling],
    ['/billing/plan', billing.askPlan, billing.savePlan],
    ['/settings', settings.showSettings],
    ['/settings/delete', settings.askDeleteAccount, settings.deleteAccount],
    ['/settings/sign-in', signIn.showSignInSettings, signIn.saveLogout],
    ['/settings/second-factor', secondFactor.showSecondFactor, secondFactor.saveSecondFactor],
    ['/settings/notifications', notifications.showNotifications, notifications.addTarget],
    ['/settings/break-glass', glass.showBreakGlassSettings, glass.namePerson],
  ],
  forms: [
    ['/settings/name', settings.renameAccount, settings.showSettings],
    ['/settings/policy', settings.savePolicy, settings.showSettings],
    ['/settings/break-glass/:userId/remove', glass.removePerson, glass.showBreakGlassSettings],
    ['/settings/notifications/:targetId/test', notifications.testTarget, notifications.showNotifications],
    ['/settings/notifications/:targetId/remove', notifications.removeTarget, notifications.showNotifications],
    ['/settings/sign-in/rules', signIn.addRule, signIn.showSignInSettings],
    ['/settings/sign-in/rules/:ruleId/remove', signIn.removeRule, signIn.showSignInSettings],
    ['/settings/sign-in/groups', signIn.addGroup, signIn.showSignInSettings],
    ['/settings/sign-in/groups/remove', signIn.removeGroup, signIn.showSignInSettings],
  ],
};

const PEOPLE: RouteTable<PeopleCall> = {
  prefix: '/app/:accountId/people',
  pages: [
    ['', members.showMembers],
    ['/members/:membershipId/remove', members.askRemoveMember, members.removeMemberOrLeave],
    ['/teams', teams.showTeams, teams.createTeam],
    ['/teams/:teamId', teams.showTeam, teams.addTeamMember],
    ['/teams/:teamId/delete', teams.askDeleteTeam, teams.deleteTeam],
    ['/provisioning', scim.showScim, scim.createKey],
    ['/provisioning/keys/:keyId/revoke', scim.askRevokeKey, scim.revokeKey],
    ['/invite', invites.showInviteMembers, invites.invite],
    ['/invitations', invites.showPendingInvites],
    ['/invitations/:invitationId/cancel', invites.askCancel, invites.cancel],
    ['/guests', guests.showGuests],
    ['/invite-guests', guests.showInviteGuests, guests.inviteGuests],
    ['/guests/:shareId/remove', guests.askRemoveGuest, guests.removeGuest],
  ],
  forms: [
    ['/members/:membershipId/role', members.changeMemberRole, members.showMembers],
    ['/teams/:teamId/name', teams.renameTeam, teams.showTeam],
    ['/teams/:teamId/members/:userId/remove', teams.removeTeamMember, teams.showTeam],
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
    ['/leave', sharing.askLeave, sharing.leave],
    ['/transfer', project.askTransfer, project.transferProject],
    ['/delete', project.askDeleteProject, project.deleteProject],
  ],
  forms: [
    ['/settings/label', project.labelProject, project.showProjectSettings],
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
