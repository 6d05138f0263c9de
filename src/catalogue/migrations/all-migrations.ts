// All migrations in order. A released migration is never edited; a new one is added.

import type { Migration } from 'kysely';
import * as peopleAndAccounts from './0001-people-and-accounts.ts';
import * as projectsAndComputes from './0002-projects-and-computes.ts';
import * as keysAndTokens from './0003-keys-and-tokens.ts';
import * as auditTrail from './0004-audit-trail.ts';
import * as consumption from './0005-consumption.ts';
import * as guestLinks from './0006-guest-links.ts';
import * as useOfRolePasswords from './0007-use-of-role-passwords.ts';
import * as freshSignIn from './0008-fresh-sign-in.ts';
import * as endedAccess from './0009-ended-access.ts';
import * as operationsJournal from './0010-operations-journal.ts';
import * as pruneHistory from './0011-prune-history.ts';
import * as loginNames from './0012-login-names.ts';
import * as nameClaims from './0013-name-claims.ts';
import * as invitationsByConsent from './0014-invitations-by-consent.ts';
import * as rolePasswordReveals from './0015-role-password-reveals.ts';
import * as recovery from './0016-recovery.ts';
import * as secondFactors from './0017-second-factors.ts';
import * as issuers from './0018-issuers.ts';
import * as teams from './0019-teams.ts';
import * as projectLabels from './0020-project-labels.ts';
import * as accessRules from './0023-access-rules.ts';
import * as credentialsVersion from './0024-credentials-version.ts';
import * as emailDomains from './0025-email-domains.ts';
import * as revealsOutlive from './0026-reveals-outlive-people.ts';
import * as scim from './0027-scim.ts';
import * as workloadTokens from './0030-workload-tokens.ts';
import * as accessRequests from './0031-access-requests.ts';
import * as notifications from './0032-notifications.ts';
import * as breakGlass from './0034-break-glass.ts';
import * as oauth from './0035-oauth.ts';
import * as terminalKeys from './0037-terminal-keys.ts';
import * as secondFactorDemanded from './0038-second-factor-demanded.ts';
import * as rulesOfPasswords from './0039-rules-of-passwords.ts';

export const ALL_MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-people-and-accounts': peopleAndAccounts,
  '0002-projects-and-computes': projectsAndComputes,
  '0003-keys-and-tokens': keysAndTokens,
  '0004-audit-trail': auditTrail,
  '0005-consumption': consumption,
  '0006-guest-links': guestLinks,
  '0007-use-of-role-passwords': useOfRolePasswords,
  '0008-fresh-sign-in': freshSignIn,
  '0009-ended-access': endedAccess,
  '0010-operations-journal': operationsJournal,
  '0011-prune-history': pruneHistory,
  '0012-login-names': loginNames,
  '0013-name-claims': nameClaims,
  '0014-invitations-by-consent': invitationsByConsent,
  '0015-role-password-reveals': rolePasswordReveals,
  '0016-recovery': recovery,
  '0017-second-factors': secondFactors,
  '0018-issuers': issuers,
  '0019-teams': teams,
  '0020-project-labels': projectLabels,
  '0023-access-rules': accessRules,
  '0024-credentials-version': credentialsVersion,
  '0025-email-domains': emailDomains,
  '0026-reveals-outlive-people': revealsOutlive,
  '0027-scim': scim,
  '0030-workload-tokens': workloadTokens,
  '0031-access-requests': accessRequests,
  '0032-notifications': notifications,
  '0037-terminal-keys': terminalKeys,
  '0035-oauth': oauth,
  '0034-break-glass': breakGlass,
  '0038-second-factor-demanded': secondFactorDemanded,
  '0039-rules-of-passwords': rulesOfPasswords,
};
