// `forbidden`, `plan_gate` and `precondition`: what rights, plans and policies do not allow.

import { type ErrorEntry, entriesOf } from './error-entry.ts';

const forbidden = entriesOf({
  code: 'forbidden',
  sqlstate: '42501',
  httpStatus: 403,
  kind: 'policy',
  correctableOn: ['approval', 'console'],
});

const rule = entriesOf({
  code: 'rule_denied',
  sqlstate: '42501',
  httpStatus: 403,
  kind: 'policy',
  correctableOn: ['approval', 'console'],
});

const planGate = entriesOf({
  code: 'plan_gate',
  sqlstate: '42501',
  httpStatus: 403,
  kind: 'policy',
  hint: 'Another plan includes it; see Billing.',
  correctableOn: ['console'],
});

const precondition = entriesOf({
  code: 'precondition',
  sqlstate: '55000',
  httpStatus: 412,
  kind: 'policy',
  correctableOn: ['approval', 'console'],
});

export const PERMISSION_ERRORS = {
  action_forbidden: forbidden('only {who} may {action}'),
  scope_missing: {
    ...forbidden('this program may not {action}: its token lacks the scope "{scope}"'),
    code: 'scope_missing',
    hint: 'Sign the program in again with that scope, or use an API key.',
  },
  scope_cannot_give: {
    ...forbidden('a program may not {action}, whatever its scopes are'),
    hint: 'Do it in a browser.',
  },
  address_gets_passwords: {
    ...forbidden('the address would be sent the password of role "{role}", which you may not reveal'),
    hint: 'An admin of the account can add it, or let you reach that role by its password in an access rule.',
  },
  compute_keeps_policy: {
    ...forbidden('without compute "{compute}" the next one of this project would start with a looser policy'),
    hint: 'Ask an admin of the account to delete it.',
  },
  no_compute_to_ask: {
    ...forbidden('without a compute only admins of the account change databases or are shown passwords'),
    hint: 'Ask an admin of the account to add a compute.',
  },
  second_factor_demanded: {
    ...forbidden('organization "{organization}" asks for a second factor'),
    code: 'second_factor_demanded',
    hint: 'Add a passkey or one-time codes under Security in the console. If you have them, sign in again with them.',
    correctableOn: ['approval'],
  },
  account_not_named: forbidden('name an account'),
  personal_key_required: forbidden('only a personal API key or a signed-in person may do this'),
  personal_keys_of_people: forbidden('only people have personal API keys'),
  organizations_on_request: forbidden('organizations are made on request here'),
  invitation_of_another: forbidden('this invitation is for {email}'),
  current_password_wrong: forbidden('the current password is wrong'),
  account_disabled: {
    ...forbidden('this account is disabled'),
    hint: 'Ask an operator of this installation to enable it.',
  },
  not_of_issuer: {
    ...forbidden('only people of {name} may name its groups and domains'),
    hint: 'Link your identity there under "Profile" first, or ask somebody who signs in with it.',
  },
  own_request: forbidden('another person has to decide on your request'),
  not_an_approver: forbidden('only the people whom the access rule names decide on this request'),
  decided_in_person: forbidden('requests are decided in a browser, by a person who is signed in'),
  not_named_for_glass: {
    ...forbidden('an admin has to name you before you can break the glass'),
    hint: 'Ask an admin of the organization for access.',
  },
  glass_needs_sign_in: {
    ...forbidden('breaking the glass takes a sign-in within the last 15 minutes'),
    hint: 'Sign in again, best with a passkey, and break it then.',
  },
  own_glass: forbidden('another admin has to review the glass that you broke'),
  address_reported: forbidden('you reported {address} a moment ago, so its links are blocked for you for 15 minutes'),
  compute_read_only: {
    ...forbidden('compute "{compute}" allows read-only access only'),
    hint: 'Choose read-only access, or ask an admin of its account to allow writing.',
  },
  rule_none: {
    ...rule('no access rule lets you reach compute "{compute}" {door}'),
    hint: 'Ask an admin of the account for a rule that names you.',
  },
  rule_password: {
    ...rule('no access rule lets you reach compute "{compute}" {door}'),
    hint: 'Rule {rule} comes nearest. Ask an admin of the account.',
  },
  rule_door: {
    ...rule('no access rule lets you reach compute "{compute}" {door}'),
    hint: 'Rule {rule} lets you in {doors}. Ask an admin of the account for more.',
  },
  rule_role: {
    ...rule('no access rule lets you use role "{role}" of compute "{compute}"'),
    hint: 'Rule {rule} allows {roles}. Ask an admin of the account for more.',
  },
  rule_database: {
    ...rule('no access rule lets you into database "{database}" of compute "{compute}"'),
    hint: 'Rule {rule} allows {databases}. Ask an admin of the account for more.',
  },
  rule_network: {
    ...rule('no access rule lets you reach compute "{compute}" from {address}'),
    hint: 'Rule {rule} allows other networks. Connect from one of them, or ask an admin of the account.',
  },
  rule_hours: {
    ...rule('no access rule lets you reach compute "{compute}" at this hour'),
    hint: 'Rule {rule} is open {hours}. Wait until then, or ask an admin of the account.',
  },
  rule_link_only: {
    ...rule('no access rule lets you reach compute "{compute}" {door}'),
    hint: 'Rule {rule} asks its person in the browser: log in by link.',
  },
  rule_sign_in: {
    ...rule('compute "{compute}" asks for a sign-in within the last {age}'),
    code: 'rule_sign_in',
    hint: 'Rule {rule} asks for it. Sign in again, and approve then.',
  },
  rule_passkey: {
    ...rule('compute "{compute}" asks for a sign-in with a passkey'),
    hint: 'Rule {rule} asks for it. Sign in with a passkey, and approve then.',
  },
  rule_asks: {
    ...rule('compute "{compute}" asks for {needs} first'),
    code: 'rule_asks',
    hint: 'Rule {rule} asks for it. Connect by a link and ask there, or ask under My requests in the console.',
  },
  token_of_other_compute: {
    ...forbidden('this access token is for compute "{compute}" of project "{project}" only'),
    hint: 'Copy the connection string of this token again, or make a token for the compute that you name.',
  },
  token_of_other_database: {
    ...forbidden('this access token is for database "{database}" only'),
    hint: 'Name that database, or make a token for the other one.',
  },

  consumption_history_gated: planGate('consumption history is part of the Scale, Business and Enterprise plans'),
  organizations_gated: planGate('organizations are for paid accounts'),
  projects_gated: planGate('the {plan} plan includes {limit} projects'),
  destination_gated: planGate('the plan of {account} includes {limit} projects'),
  computes_gated: planGate('the {plan} plan includes {limit} computes per project'),
  databases_gated: planGate('the {plan} plan includes {limit} databases per branch'),
  roles_gated: planGate('the {plan} plan includes {limit} database roles per branch'),
  organizations_full: planGate('the {plan} plan lets a person be an admin of {limit} organizations'),
  compute_size_gated: planGate('the {plan} plan includes computes of up to {limit} CU'),

  nobody_to_ask: {
    ...precondition('the team that has to agree has too few other people'),
    hint: 'Ask an admin of the account to add people to it, or to change the access rule.',
  },
  no_mail_server: {
    ...precondition('no mail can be sent here'),
    hint: 'Ask an operator of this installation.',
  },
  no_fitting_role: {
    ...precondition('compute "{compute}" has no {roleKind} to connect with'),
    hint: 'Make one in the console, under Databases of the project.',
  },
  no_password_stored: precondition('no password is stored for role "{role}"'),
  grants_not_allowed: precondition('grants are not allowed here'),
  only_reading_allowed: precondition('only read-only access is allowed here'),
  only_once_allowed: precondition('this account lets each connection in only once'),
  agent_reads_only: {
    ...precondition('an agent that gave no reason may read only'),
    hint: 'Choose read-only access. To write it connects again and says why, as in options=reason=….',
  },
  agent_briefly: precondition('an agent is let in once, or for 15 minutes'),
  key_needed: {
    ...precondition('approvals are remembered only for terminals with a key, and this one showed none'),
    hint: 'Choose this connection only, or run postern connect at the terminal.',
  },
  name_is_shared: {
    ...precondition('user "{user}" at {address} may also be somebody else, so no approval of it is remembered'),
    hint: 'Choose this connection only, or use a name of your own, as in psql -U.',
  },
  name_is_not_own: {
    ...precondition('other people connect from {address}, too, so an approval is remembered under your own name only'),
    hint: 'Choose this connection only, or connect with your email address as the user, as in psql -U.',
  },
  address_is_shared: {
    ...precondition('other people connect from {address}, too, so an approval is remembered for an hour at most'),
    hint: 'Choose 1 hour or this connection only.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
