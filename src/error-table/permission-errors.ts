// `forbidden`, `plan_gate` and `precondition`: what rights, plans and policies do not allow.

import { type ErrorEntry, entriesOf } from './error-entry.ts';

const forbidden = entriesOf({
  code: 'forbidden',
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
  address_reported: forbidden('you reported {address} a moment ago, so its links are blocked for you for 15 minutes'),
  compute_read_only: forbidden('compute "{compute}" allows read-only access only'),
  token_of_other_compute: forbidden('this access token is for compute "{compute}" of project "{project}" only'),
  token_of_other_database: forbidden('this access token is for database "{database}" only'),

  consumption_history_gated: planGate('consumption history is part of the Scale, Business and Enterprise plans'),
  organizations_gated: planGate('organizations are for paid accounts'),
  projects_gated: planGate('the {plan} plan includes {limit} projects'),
  destination_gated: planGate('the plan of {account} includes {limit} projects'),
  computes_gated: planGate('the {plan} plan includes {limit} computes per project'),
  databases_gated: planGate('the {plan} plan includes {limit} databases per branch'),
  roles_gated: planGate('the {plan} plan includes {limit} database roles per branch'),
  organizations_full: planGate('the {plan} plan lets a person be an admin of {limit} organizations'),
  compute_size_gated: planGate('the {plan} plan includes computes of up to {limit} CU'),

  no_mail_server: {
    ...precondition('no mail can be sent here'),
    hint: 'Ask an operator of this installation.',
  },
  no_fitting_role: precondition('compute "{compute}" has no {roleKind} to connect with'),
  no_password_stored: precondition('no password is stored for role "{role}"'),
  grants_not_allowed: precondition('grants are not allowed here'),
  only_reading_allowed: precondition('only read-only access is allowed here'),
  only_once_allowed: precondition('this account lets each connection in only once'),
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
