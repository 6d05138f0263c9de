// All events of the audit trail, with their codes (docs/security.md, "Audit"). In PA60–99 each noun
// has two codes: the even one for creation, the odd one for changes, deletion and moves.

export const AUDIT_EVENT_CODES = {
  'login.requested': 'PL10',
  'login.claimed': 'PL11',
  'login.approved': 'PL12',
  'login.denied': 'PL13',
  'login.expired': 'PL14',
  'login.abandoned': 'PL15',
  'login.consumed': 'PL16',
  'login.reported': 'PL17',
  'login.refused': 'PL18',
  'login.extended': 'PL19',
  'login.denial_undone': 'PL20',
  'login.report_undone': 'PL21',

  'grant.created': 'PG20',
  'grant.used': 'PG21',
  'grant.revoked': 'PG22',
  'grant.ended': 'PG23',

  'connection.started': 'PC30',
  'connection.ended': 'PC31',
  'connection.failed': 'PC32',
  'query.canceled': 'PC33',
  'cancel.unmatched': 'PC34',
  'connection.failures': 'PC35',
  'connection.cut_off': 'PC36',

  'secret.created': 'PT40',
  'secret.used': 'PT41',
  'secret.revoked': 'PT42',
  'secret.rejected': 'PT43',

  'signin.succeeded': 'PS50',
  'signin.failed': 'PS51',
  signout: 'PS52',
  'signout.everywhere': 'PS53',
  'identity.changed': 'PS54',

  'account.created': 'PA60',
  'account.changed': 'PA61',
  'account.removed': 'PA61',
  'membership.created': 'PA62',
  'membership.changed': 'PA63',
  'membership.removed': 'PA63',
  'invitation.created': 'PA64',
  'invitation.changed': 'PA65',
  'invitation.removed': 'PA65',
  'share.created': 'PA66',
  'share.removed': 'PA67',
  'project.created': 'PA68',
  'project.changed': 'PA69',
  'project.removed': 'PA69',
  'project.transferred': 'PA69',
  'compute.created': 'PA70',
  'compute.changed': 'PA71',
  'compute.removed': 'PA71',
  'database.created': 'PA72',
  'database.changed': 'PA73',
  'database.removed': 'PA73',
  'role.created': 'PA74',
  'role.changed': 'PA75',
  'role.removed': 'PA75',
  'plan.created': 'PA76',
  'plan.changed': 'PA77',
  'policy.created': 'PA78',
  'policy.changed': 'PA79',

  'team.created': 'PA90',
  'team.changed': 'PA91',
  'team.removed': 'PA91',
  'access_rule.created': 'PA92',
  'access_rule.changed': 'PA93',
  'access_rule.removed': 'PA93',
  'provisioning.created': 'PA94',
  'provisioning.changed': 'PA95',
  'provisioning.removed': 'PA95',

  'access_request.made': 'PR10',
  'access_request.agreed': 'PR11',
  'access_request.approved': 'PR12',
  'access_request.denied': 'PR13',
  'access_request.withdrawn': 'PR14',
  'access_request.ended': 'PR15',
  'access_request.approved_ahead': 'PR16',

  'break_glass.broken': 'PB10',
  'break_glass.ended': 'PB11',
  'break_glass.reviewed': 'PB12',
  'break_glass.person_named': 'PB13',
  'break_glass.person_removed': 'PB14',

  'ops.connection_ended': 'PO80',
  'ops.query_canceled': 'PO81',
  'ops.notice_sent': 'PO82',
  'ops.node_drained': 'PO83',
  'ops.organization_decided': 'PO84',
  'ops.audit_exported': 'PO85',
  'ops.audit_pruned': 'PO86',
  'ops.statement_read': 'PO87',
} as const;

export type AuditEventName = keyof typeof AUDIT_EVENT_CODES;
export type AuditOutcome = 'success' | 'refused' | 'failure';
export type AuditCode = `${(typeof AUDIT_EVENT_CODES)[AuditEventName]}${'S' | 'R' | 'F'}`;

const LETTERS = { success: 'S', refused: 'R', failure: 'F' } as const satisfies Record<AuditOutcome, string>;

/** `PL12S`: the event's code and the letter of its outcome. */
export function auditCode(event: AuditEventName, outcome: AuditOutcome): AuditCode {
  return `${AUDIT_EVENT_CODES[event]}${LETTERS[outcome]}`;
}
