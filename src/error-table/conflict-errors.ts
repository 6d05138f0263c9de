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

  already_member: conflict('{email} is a member already'),
  all_members_already: conflict('all of them are members already'),
  last_admin: conflict('the only admin cannot {change}; promote another member first'),
  has_access_already: conflict("{email} belongs to the project's account already"),
  owns_projects: conflict('"{account}" still owns projects'),
  email_of_another: conflict('sign in as {email} and link the identity there'),
  identity_linked: conflict('this identity is linked already'),
  request_decided: conflict('this request was {status} already'),
  request_open: conflict('a request of yours is open already'),
  admin_unknown: conflict('nobody has the e-mail "{email}" yet'),

  role_protected: conflict('role "{role}" is protected'),
  role_owns_database: conflict('role "{role}" owns database "{database}"; give it another owner first'),
  last_database: conflict('the last database of a project cannot be deleted'),
  compute_holds_databases: conflict(
    'the compute that holds the databases goes with its project only; suspend it instead',
  ),
  read_write_compute_exists: conflict('the branch has a read-write compute already'),
} as const satisfies Readonly<Record<string, ErrorEntry>>;
