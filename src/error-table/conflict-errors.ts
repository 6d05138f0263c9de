// `conflict`: what cannot be done because of how things are now.

import type { ErrorEntry } from './error-entry.ts';

const CONFLICT = {
  code: 'conflict',
  sqlstate: '23505',
  httpStatus: 409,
  kind: 'client',
  correctableOn: ['console'],
} as const;

export const CONFLICT_ERRORS = {
  already_exists: { ...CONFLICT, message: '{thing} already exists' },
  taken_on_host: { ...CONFLICT, message: '{thing} is taken on this server' },

  already_member: { ...CONFLICT, message: '{email} is a member already' },
  all_members_already: { ...CONFLICT, message: 'all of them are members already' },
  last_admin: { ...CONFLICT, message: 'the only admin cannot {change}; promote another member first' },
  has_access_already: { ...CONFLICT, message: "{email} belongs to the project's account already" },
  owns_projects: { ...CONFLICT, message: '"{account}" still owns projects' },
  email_of_another: { ...CONFLICT, message: 'sign in as {email} and link the identity there' },
  identity_linked: { ...CONFLICT, message: 'this identity is linked already' },
  request_decided: { ...CONFLICT, message: 'this request was {status} already' },
  request_open: { ...CONFLICT, message: 'a request of yours is open already' },
  admin_unknown: { ...CONFLICT, message: 'nobody has the e-mail "{email}" yet' },

  role_protected: { ...CONFLICT, message: 'role "{role}" is protected' },
  role_owns_database: {
    ...CONFLICT,
    message: 'role "{role}" owns database "{database}"; give it another owner first',
  },
  role_has_privileges: {
    ...CONFLICT,
    message: 'role "{role}" has privileges in database "{database}", which takes no connections',
  },
  last_database: { ...CONFLICT, message: 'the last database of a project cannot be deleted' },
  compute_holds_databases: {
    ...CONFLICT,
    message: 'the compute that holds the databases goes with its project only; suspend it instead',
  },
  read_write_compute_exists: { ...CONFLICT, message: 'the branch has a read-write compute already' },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
