// `conflict`: what cannot be done because of how things are now.

import { type ErrorEntry, entriesOf } from './error-entry.ts';

const conflict = entriesOf({
  code: 'conflict',
  sqlstate: '23505',
  httpStatus: 409,
  kind: 'client',
  correctableOn: ['console'],
});

export const CONFLICT_ERRORS = {
  already_exists: conflict('{thing} already exists'),
  taken_on_host: conflict('{thing} is taken on this server'),

  sign_in_outdated: {
    ...conflict('this account changed while you were signing in'),
    hint: 'Sign in again, with the password and the second step that it has now.',
  },
  already_set_up: {
    ...conflict('this installation has its first operator already'),
    hint: 'Sign in on the start page, or ask an operator for an account.',
  },
  nothing_to_ask: {
    ...conflict('the access rules let you into compute "{compute}" as it is'),
    hint: 'Connect by a link; nobody need be asked.',
  },
  request_over: conflict('this request is {state} already'),
  request_outdated: {
    ...conflict('the access rules have changed since this was asked for'),
    hint: 'Nobody need decide on it any more: the person asks again by the rules of now.',
  },
  glass_unreviewed: {
    ...conflict('an admin has to review the glass that you broke before you can break it again'),
    hint: 'Ask another admin to write the review, in the console.',
  },
  glass_still_broken: {
    ...conflict('this access still holds'),
    hint: 'End it, or wait until it is over, and review it then.',
  },
  already_member: conflict('{email} is a member already'),
  team_member_by_group: {
    ...conflict('{email} is in team "{team}" by a group of the identity provider'),
    hint: 'Take the person out of the group there; the next sign-in takes over what changed.',
  },
  version_mismatch: {
    ...conflict('this was changed meanwhile'),
    code: 'version_mismatch',
    httpStatus: 412,
    hint: 'Read it again, and send what it has for its ETag now.',
  },
  all_members_already: conflict('all of them are members already'),
  last_admin: { ...conflict('the only admin cannot {change}'), hint: 'Make someone else an admin first.' },
  last_operator: conflict('the only operator cannot {change}; make another operator first'),
  only_admin_of: conflict('{email} is the only admin of "{organization}"; make another admin first'),
  has_access_already: conflict("{email} belongs to the project's account already"),
  owns_projects: conflict('"{account}" still owns projects'),
  email_of_another: {
    ...conflict('{email} has an account here that this identity is not linked to'),
    hint: 'Sign in to it as before and link the identity under "Profile". If you cannot, ask your operator.',
  },
  email_taken: {
    ...conflict('{email} has an account already'),
    hint: 'Sign in to it and open the link again. If the account is not yours, ask your operator to free the address.',
  },
  person_unverified: {
    ...conflict('"{email}" is the email of a person who has not proved it, {id}'),
    hint: 'Name the person by that id if it is who you mean. If the address is theirs for certain, run `postern user verify {id}`; if not, `postern user set-email {id} <address>` frees it.',
  },
  identity_linked: {
    ...conflict('this identity is linked to another account'),
    hint: 'Sign in with it, and unlink it there under "Profile" first.',
  },
  last_identity: {
    ...conflict('this is the only way in which you sign in'),
    hint: 'Add another way to sign in first: a passkey, a password, or an identity.',
  },
  password_not_first: {
    ...conflict('you have a password already, or sign in at an identity provider'),
    hint: 'Change the password under "Profile", or sign in as before.',
  },
  passkey_known: conflict('this passkey is there already'),
  one_time_codes_on: conflict('one-time codes are on already; turn them off first'),
  no_second_factor: {
    ...conflict('recovery codes stand in for a passkey or one-time codes, and there are none'),
    hint: 'Add a passkey or turn on one-time codes first.',
  },
  own_second_factor_first: {
    ...conflict('you have not signed in with a second factor yourself, and would be shut out'),
    hint: 'Add a passkey or one-time codes under Security, or sign in again with them, and then ask it of others.',
  },
  request_decided: conflict('this request was {status} already'),
  request_open: conflict('a request of yours is open already'),

  role_protected: conflict('role "{role}" is protected'),
  role_owns_database: conflict('role "{role}" owns database "{database}"; give it another owner first'),
  role_holds_too_much: conflict(
    'role "{role}" holds too many things in database "{database}" at once; drop or give away most of them first',
  ),
  last_database: conflict('the last database of a project cannot be deleted'),
  compute_holds_databases: conflict(
    'the compute that holds the databases goes with its project only; suspend it instead',
  ),
  compute_disabled: conflict('compute "{compute}" is disabled; enable it first'),
  branch_protected: conflict('branch "{branch}" is protected; unprotect it first, by `protected: false` on the API'),
  read_write_compute_exists: conflict('the branch has a read-write compute already'),
} as const satisfies Readonly<Record<string, ErrorEntry>>;
