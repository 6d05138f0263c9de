// Notices after a form was sent: a code in the query, so that no link can put text into a page.

const DONE_NOTICES = {
  project_created: 'The project is ready',
  project_attached: 'The database is attached',
  project_renamed: 'Renamed',
  project_labelled: 'The label is set',
  project_deleted: 'The project is deleted',
  project_transferred: 'The project has moved',
  compute_started: 'The compute is active',
  compute_suspended: 'Suspended; the next login wakes it',
  compute_added: 'The compute is added',
  compute_changed: 'The compute is changed',
  compute_deleted: 'The compute is gone',
  database_created: 'The database is ready',
  database_deleted: 'The database is gone',
  role_deleted: 'The role is gone',
  shared: 'Shared',
  already_shared: 'Nothing to do: everybody named has access already',
  unshared: 'No longer shared; their connections have ended',
  connection_ended: 'The connection has ended',
  connections_ended: 'The connections have ended',
  connections_ended_some: 'Ended all that were still there and whose nodes answered',
  connections_gone: 'Nothing to end: those connections are over',
  too_many_ticked: 'Nothing has ended: end at most 100 connections at once',
  connection_gone: 'That connection was over already',
  connection_unanswered: 'The node that holds the connection has not answered yet',
  query_canceled: 'Asked the database to cancel the query',
  notice_sent: 'The notice is sent',
  notice_sent_to_some: 'The notice is sent; some of those selected were gone already',
  notice_unsent: 'Nobody was reached: those connections are over',
  node_drains: 'The node drains: it takes no new connections and waits for the old ones',
  node_gone: 'That node has left the fleet',
  node_unanswered: 'The node has not answered yet',
  role_changed: 'The member’s role has changed',
  member_removed: 'Removed; their connections have ended',
  access_asked: 'Asked; you get a mail when they decide',
  access_granted: 'Noted; log in by link now',
  access_agreed: 'You agreed; more people have to',
  access_approved: 'Approved; they have been told',
  access_denied: 'Denied; they have been told',
  access_withdrawn: 'Taken back; what rested on it has ended',
  glass_broken: 'The glass is broken, and every admin is told; connect by link now',
  glass_reviewed: 'Reviewed; the banner is gone',
  glass_person_named: 'Named; they can break the glass from now on',
  glass_person_removed: 'They can’t break the glass any more; what they had broken has ended',
  rule_created: 'The rule holds from now on',
  rule_removed: 'The rule is gone; what no other allows has ended',
  rules_replaced: 'These rules hold now; what they do not allow has ended',
  team_created: 'The team is there; add people to it',
  team_renamed: 'Renamed',
  team_deleted: 'The team is gone; what its rules allowed has ended',
  team_member_added: 'Added to the team',
  team_member_removed: 'Taken out of the team; what its rules allowed has ended',
  invitation_declined: 'Declined; the invitation is gone',
  left: 'You have left the organization',
  left_project: 'You have left the project',
  invitation_canceled: 'The invitation is withdrawn; its link no longer works',
  invitations_canceled: 'The invites are canceled; their links no longer work',
  member_already: 'The guest is a member already',
  guest_removed: 'Removed from the project; their connections have ended',
  billing_saved: 'Billing details are saved',
  plan_changed: 'The plan is changed',
  settings_saved: 'Settings are saved',
  second_factor_demanded: 'Everybody here needs a second factor now; they have been told',
  second_factor_not_demanded: 'Nobody is asked for a second factor any more',
  join_rule_added: 'They may join; they are asked at their next sign-in',
  join_rule_removed: 'Nobody joins by it any more; members stay',
  team_group_added: 'The team is filled as people sign in',
  team_group_removed: 'Removed; whoever was in the team by it has left it',
  notification_target_added: 'Added; send a test message to see it arrive',
  notification_test_sent: 'The test message is on its way; load the page again to see whether it arrived',
  notification_target_removed: 'Removed; nothing is sent there any more',
  policy_saved: 'The policy is saved; everybody is asked again at the next connection',
  policy_same: 'Nothing changed, so nothing ended',
  organization_created: 'The organization is ready',
  organization_deleted: 'The organization is gone',
  request_sent: 'The request is on its way to the operators',
  request_approved: 'Approved: the organization is there, and the projects have moved',
  request_approved_admin_invited:
    'Approved: the organization is there, and the projects have moved; the other admin is invited',
  request_declined: 'Declined',
  key_revoked: 'The key is revoked',
  token_revoked: 'The token is revoked; its connections have ended',
  workload_trusted: 'The workload is trusted. Its user name stands below its name',
  program_revoked: 'The program has no access any more',
  grant_revoked: 'Revoked; its connections have ended',
  terminal_key_forgotten: 'Forgotten; what was remembered for it has ended',
  browser_signed_out: 'That browser is signed out',
  identity_linked: 'Linked: you may sign in with it from now on',
  identity_unlinked: 'Unlinked: it no longer signs you in',
  name_saved: 'Your name is saved',
  person_disabled: 'The account is disabled; everything of theirs has ended',
  person_enabled: 'The account is enabled',
  person_removed: 'The person is removed; everything of theirs has ended',
  operator_made: 'The person is an operator now',
  operator_unmade: 'The person is no operator any more',
  email_asked: 'Open the link that we sent to the new address, in this browser',
  email_changed: 'Your email address is changed; other browsers are signed out',
  passkey_added: 'The passkey is added; other browsers are signed out',
  passkey_removed: 'The passkey is removed; other browsers are signed out',
  one_time_codes_on: 'One-time codes are on; other browsers are signed out',
  one_time_codes_off: 'One-time codes are off; other browsers are signed out',
  recovery_codes_made: 'The new recovery codes work; the old ones don’t',
  first_password_saved: 'Your password is set; it signs you in from now on',
  password_saved: 'Your password is changed; other browsers are signed out',
} as const;

export type DoneCode = keyof typeof DONE_NOTICES;

const REMARKS = {
  under_way: 'What rested on it ends as soon as all stores answer again, on all nodes.',
  secrets_revoked: 'The keys, tokens, invitations and webhooks they made for the organization are revoked.',
  secrets_kept:
    'Keys, tokens, invitations or webhooks they made for the organization still work: see API keys, access tokens, People and Notifications.',
  passwords_reset: 'The passwords that they had seen are reset.',
  passwords_kept: 'They still know passwords of database roles: reset them on the pages of the projects.',
  passwords_not_reset:
    'Some passwords that they have seen could not be reset: they still work. See the databases of the projects.',
} as const;

export type RemarkCode = keyof typeof REMARKS;

export function done(path: string, code: DoneCode, remarks: ReadonlySet<RemarkCode> = new Set()): string {
  const also = remarks.size === 0 ? '' : `&also=${[...remarks].join('.')}`;
  return `${path}${path.includes('?') ? '&' : '?'}done=${code}${also}`;
}

/** Null without a known code. */
export function findRemarks(codes: string): string | null {
  const known = codes.split('.').filter((code): code is RemarkCode => Object.hasOwn(REMARKS, code));
  return known.length === 0 ? null : [...new Set(known)].map((code) => REMARKS[code]).join(' ');
}

/** For pages that know whom the act reached. */
const DONE_NOTICES_TO: Readonly<Partial<Record<string, (names: string) => string>>> = {
  notice_sent: (names) => `Notice sent to ${names}`,
  query_canceled: (names) => `Asked the database to cancel the query of ${names}`,
};

/** Null for a code that names nobody. */
export function findDoneNoticeTo(code: string, names: string): string | null {
  return Object.hasOwn(DONE_NOTICES_TO, code) ? (DONE_NOTICES_TO[code]?.(names) ?? null) : null;
}

/** Null for an unknown code. */
export function findDoneNotice(code: string): string | null {
  return Object.hasOwn(DONE_NOTICES, code) ? DONE_NOTICES[code as DoneCode] : null;
}
