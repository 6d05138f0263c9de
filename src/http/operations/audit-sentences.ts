// What each event of the audit trail says to a person: a sentence and a short title for filters.
// Every event of the trail has both, and so may not be added without them.

import type { AuditEventName } from '../../catalogue/trail/audit-event-codes.ts';
import { REQUESTS } from './audit-sentences-of-requests.ts';
import { type AuditFacts, type Entry, OPERATIONS } from './operations-sentences.ts';

const changed =
  (thing: string, verb: string) =>
  ({ who, subject, project, why }: AuditFacts) =>
    `${who} ${verb} ${thing} ${subject === project ? project : `${subject} of ${project}`}${why}`;

const LOGINS = {
  'login.requested': ['Link given', ({ terminal }) => `${terminal} asked for a link`],
  'login.claimed': ['Login link opened', ({ who, terminal }) => `${who} opened the link of ${terminal}`],
  'login.approved': ['Login approved', ({ who, terminal, forProject }) => `${who} approved ${terminal}${forProject}`],
  'login.denied': ['Login denied', ({ who, terminal, why }) => `${who} denied ${terminal}${why}`],
  'login.expired': ['Link expired', ({ terminal }) => `The link of ${terminal} expired`],
  'login.abandoned': ['Login abandoned', ({ terminal }) => `${terminal} stopped waiting for an approval`],
  'login.consumed': ['Approval used', ({ terminal, forProject }) => `${terminal} used its approval${forProject}`],
  'login.reported': ['Login reported', ({ who, terminal }) => `${who} reported ${terminal}: “This was not me”`],
  'login.refused': ['Link refused', ({ terminal, why }) => `${terminal} was refused a link${why}`],
  'login.extended': ['More time to decide', ({ who, terminal }) => `${who} got more time to decide about ${terminal}`],
  'login.denial_undone': ['Denial taken back', ({ who, terminal }) => `${who} took the denial of ${terminal} back`],
  'login.report_undone': ['Report taken back', ({ who, terminal }) => `${who} took the report of ${terminal} back`],
  'grant.created': [
    'Approval remembered',
    ({ who, terminal, lasting, why }) =>
      `${who} remembered ${terminal}${lasting === '' ? '' : ` for ${lasting}`}${why}`,
  ],
  'grant.used': ['Remembered approval used', ({ who, terminal }) => `${terminal} came back under ${who}’s approval`],
  'grant.revoked': ['Approval revoked', ({ who, subject, why }) => `${who} ended an approval of ${subject}${why}`],
  'grant.ended': ['Remembered approval ended', ({ who, why }) => `A remembered approval of ${who} ended${why}`],
} as const satisfies Partial<Record<AuditEventName, Entry>>;

const CONNECTIONS = {
  'connection.started': [
    'Connected',
    ({ who, terminal, project }) => `${who} connected to ${project} with ${terminal}`,
  ],
  'connection.ended': [
    'Disconnected',
    ({ who, project, lasting, why }) =>
      `${who} disconnected from ${project}${lasting === '' ? '' : ` after ${lasting}`}${why}`,
  ],
  'connection.failed': [
    'Connection failed',
    ({ terminal, forProject, why }) => `${terminal} could not connect${forProject}${why}`,
  ],
  'query.canceled': ['Query canceled', ({ project, why }) => `A query on ${project} was canceled${why}`],
  'connection.failures': [
    'Many connections failed',
    ({ subject, why }) => `More connections from ${subject} failed than are listed one by one${why}`,
  ],
  'connection.cut_off': [
    'Connection cut off',
    ({ subject, project, why }) => `Postern ended ${subject} on ${project}${why}`,
  ],
  'cancel.unmatched': ['Unknown cancel key', ({ from }) => `A cancel with an unknown key came from ${from}`],
} as const satisfies Partial<Record<AuditEventName, Entry>>;

const PEOPLE = {
  'secret.created': ['Key or token made', ({ who, subject }) => `${who} made ${subject}`],
  'secret.used': ['Key or token used', ({ who, subject, forProject }) => `${who} used ${subject}${forProject}`],
  'secret.revoked': ['Key or token revoked', ({ who, subject, why }) => `${who} revoked ${subject}${why}`],
  'secret.rejected': [
    'Wrong key or password',
    ({ from, role, why }) => `A wrong key or password came from ${from}${role === '' ? '' : ` for ${role}`}${why}`,
  ],
  'signin.succeeded': ['Signed in', ({ who, from }) => `${who} signed in from ${from}`],
  'signin.failed': [
    'Sign-in failed',
    ({ subject, from, why }) => `Somebody at ${from} failed to sign in as ${subject}${why}`,
  ],
  signout: ['Signed out', ({ who, subject }) => `${who} signed out ${subject}`],
  'signout.everywhere': ['Signed out everywhere', ({ who }) => `${who} signed out everywhere`],
  'identity.changed': ['Identity changed', ({ who, subject, why }) => `${who} changed how ${subject} signs in${why}`],
  'account.created': ['Account created', ({ who, subject }) => `${who} created the account ${subject}`],
  'account.changed': ['Account changed', ({ who, account, why }) => `${who} changed ${account}${why}`],
  'account.removed': ['Account deleted', ({ who, subject }) => `${who} deleted the account ${subject}`],
  'membership.created': [
    'Member added',
    ({ who, subject, account, why }) => `${who} added ${subject} to ${account}${why}`,
  ],
  'membership.changed': [
    'Member’s role changed',
    ({ who, subject, account, why }) => `${who} changed the role of ${subject} in ${account}${why}`,
  ],
  'membership.removed': [
    'Member removed',
    ({ who, subject, account, why }) => `${who} removed ${subject} from ${account}${why}`,
  ],
  'invitation.created': [
    'Invited',
    ({ who, subject, account, why }) => `${who} invited ${subject} to ${account}${why}`,
  ],
  'invitation.changed': [
    'Invitation changed',
    ({ who, subject, why }) => `${who} changed the invitation of ${subject}${why}`,
  ],
  'invitation.removed': [
    'Invitation withdrawn',
    ({ who, subject, why }) => `${who} withdrew the invitation of ${subject}${why}`,
  ],
  'team.created': ['Team made', ({ who, subject, account }) => `${who} made ${subject} in ${account}`],
  'team.changed': ['Team changed', ({ who, subject, why }) => `${who} changed ${subject}${why}`],
  'team.removed': ['Team deleted', ({ who, subject }) => `${who} deleted ${subject}`],
  'provisioning.created': [
    'Provisioned',
    ({ who, subject, account }) => `${who} provisioned ${subject} for ${account}`,
  ],
  'provisioning.changed': [
    'Provisioned user changed',
    ({ who, subject, account, why }) => `${who} changed ${subject} of ${account}${why}`,
  ],
  'provisioning.removed': [
    'Provisioned user removed',
    ({ who, subject, account, why }) => `${who} removed ${subject} from ${account}${why}`,
  ],
  'access_rule.created': [
    'Access rule made',
    ({ who, account, why }) => `${who} made an access rule of ${account}${why}`,
  ],
  'access_rule.changed': [
    'Access rule changed',
    ({ who, subject, account, why }) => `${who} changed ${subject} of ${account}${why}`,
  ],
  'access_rule.removed': [
    'Access rule removed',
    ({ who, subject, account }) => `${who} removed ${subject} of ${account}`,
  ],
  'share.created': ['Project shared', ({ who, subject, project }) => `${who} shared ${project} with ${subject}`],
  'share.removed': [
    'Sharing ended',
    ({ who, subject, project }) => `${who} stopped sharing ${project} with ${subject}`,
  ],
} as const satisfies Partial<Record<AuditEventName, Entry>>;

const PROJECTS = {
  'project.created': [
    'Project created',
    ({ who, subject, account }) => `${who} created the project ${subject} in ${account}`,
  ],
  'project.changed': ['Project changed', ({ who, project, why }) => `${who} changed the project ${project}${why}`],
  'project.removed': ['Project deleted', ({ who, subject }) => `${who} deleted the project ${subject}`],
  'project.transferred': [
    'Project moved',
    ({ who, project, account, why }) => `${who} moved ${project} to ${account}${why}`,
  ],
  'compute.created': ['Compute added', ({ who, project }) => `${who} added a compute to ${project}`],
  'compute.changed': ['Compute changed', ({ who, project, why }) => `${who} changed a compute of ${project}${why}`],
  'compute.removed': ['Compute deleted', ({ who, project }) => `${who} deleted a compute of ${project}`],
  'database.created': ['Database created', changed('the database', 'created')],
  'database.changed': ['Database changed', changed('the database', 'changed')],
  'database.removed': ['Database deleted', changed('the database', 'deleted')],
  'role.created': ['Role created', changed('the role', 'created')],
  'role.changed': ['Role changed', changed('the role', 'changed')],
  'role.removed': ['Role deleted', changed('the role', 'deleted')],
  'plan.created': ['Plan added', ({ who, subject }) => `${who} added the plan ${subject}`],
  'plan.changed': ['Plan changed', ({ who, account, why }) => `${who} changed the plan of ${account}${why}`],
  'policy.created': ['Policy added', ({ who, account }) => `${who} added a policy for ${account}`],
  'policy.changed': ['Policy changed', ({ who, account }) => `${who} changed the policy of ${account}`],
} as const satisfies Partial<Record<AuditEventName, Entry>>;

/** Complete: an event without a sentence does not compile. */
export const AUDIT_SENTENCES: Readonly<Record<AuditEventName, Entry>> = {
  ...LOGINS,
  ...CONNECTIONS,
  ...PEOPLE,
  ...PROJECTS,
  ...REQUESTS,
  ...OPERATIONS,
};
