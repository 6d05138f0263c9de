// `forbidden`, `plan_gate` and `precondition`: what rights, plans and policies do not allow.

import type { ErrorEntry } from './error-entry.ts';

const FORBIDDEN = {
  code: 'forbidden',
  sqlstate: '42501',
  httpStatus: 403,
  kind: 'policy',
  correctableOn: ['approval', 'console'],
} as const;

const PLAN_GATE = {
  code: 'plan_gate',
  sqlstate: '42501',
  httpStatus: 403,
  kind: 'policy',
  hint: 'Another plan includes it; see Billing.',
  correctableOn: ['console'],
} as const;

const PRECONDITION = {
  code: 'precondition',
  sqlstate: '55000',
  httpStatus: 412,
  kind: 'policy',
  correctableOn: ['approval', 'console'],
} as const;

export const PERMISSION_ERRORS = {
  action_forbidden: { ...FORBIDDEN, message: 'only {who} may {action}' },
  account_not_named: { ...FORBIDDEN, message: 'name an account' },
  personal_key_required: {
    ...FORBIDDEN,
    message: 'only a personal API key or a signed-in person may do this',
  },
  personal_keys_of_people: { ...FORBIDDEN, message: 'only people have personal API keys' },
  organizations_on_request: { ...FORBIDDEN, message: 'organizations are made on request here' },
  invitation_of_another: { ...FORBIDDEN, message: 'this invitation is for {email}' },
  current_password_wrong: { ...FORBIDDEN, message: 'the current password is wrong' },
  address_reported: {
    ...FORBIDDEN,
    message: 'you reported {address} a moment ago, so its links are blocked for you for 15 minutes',
  },
  compute_read_only: { ...FORBIDDEN, message: 'compute "{compute}" allows read-only access only' },
  token_of_other_database: { ...FORBIDDEN, message: 'this access token is for database "{database}" only' },

  consumption_history_gated: {
    ...PLAN_GATE,
    message: 'consumption history is part of the Scale, Business and Enterprise plans',
  },
  organizations_gated: { ...PLAN_GATE, message: 'organizations are for paid accounts' },
  projects_gated: { ...PLAN_GATE, message: 'the {plan} plan includes {limit} projects' },
  destination_gated: { ...PLAN_GATE, message: 'the plan of {account} includes {limit} projects' },
  computes_gated: { ...PLAN_GATE, message: 'the {plan} plan includes {limit} computes per project' },
  compute_size_gated: { ...PLAN_GATE, message: 'the {plan} plan includes computes of up to {limit} CU' },

  no_fitting_role: { ...PRECONDITION, message: 'compute "{compute}" has no {roleKind} to connect with' },
  no_password_stored: { ...PRECONDITION, message: 'no password is stored for role "{role}"' },
  grants_not_allowed: { ...PRECONDITION, message: 'grants are not allowed here' },
  only_reading_allowed: { ...PRECONDITION, message: 'only read-only access is allowed here' },
  only_once_allowed: { ...PRECONDITION, message: 'this account lets each connection in only once' },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
