// `not_offered`, `out_of_range` and `attach_refused`: what this installation, its records or an
// upstream cannot give.

import type { ErrorEntry } from './error-entry.ts';

const NOT_OFFERED = {
  code: 'not_offered',
  sqlstate: '0A000',
  httpStatus: 422,
  kind: 'client',
  correctableOn: ['console'],
} as const;

const OUT_OF_RANGE = {
  code: 'out_of_range',
  sqlstate: '22003',
  httpStatus: 406,
  kind: 'client',
  correctableOn: ['console'],
} as const;

const ATTACH_REFUSED = {
  code: 'attach_refused',
  sqlstate: '08001',
  httpStatus: 422,
  kind: 'upstream',
  hint: 'Check the address, the credentials and the TLS mode.',
  correctableOn: ['console'],
  logLevel: 'warn',
} as const;

export const OFFER_ERRORS = {
  branching_not_offered: { ...NOT_OFFERED, message: 'branching is not offered here: a project has one branch' },
  default_branch_expiry: { ...NOT_OFFERED, message: 'the default branch of a project never expires' },
  setting_not_offered: { ...NOT_OFFERED, message: '{setting} is not offered here' },
  quotas_not_offered: { ...NOT_OFFERED, message: 'quotas are not offered here' },
  allowed_ips_not_offered: {
    ...NOT_OFFERED,
    message: 'allowed_ips is not offered here; an admin sets allowed networks in the policy',
  },
  role_without_login: { ...NOT_OFFERED, message: 'roles that cannot log in are made in SQL' },
  no_host: {
    ...NOT_OFFERED,
    message: 'no server that hosts projects is configured; attach an existing Postgres',
  },
  no_fitting_host: { ...NOT_OFFERED, message: '{wish} is not offered here; there is {offered}' },
  attached_managed_elsewhere: {
    ...NOT_OFFERED,
    message: 'databases and roles of an attached Postgres are managed there, not by Postern',
  },
  attached_compute_address: {
    ...NOT_OFFERED,
    message: 'computes of an attached project need an address: attach them',
  },
  hosted_role_password: {
    ...NOT_OFFERED,
    message: 'passwords of hosted roles are made by Postern: reset them in the console',
  },

  range_reversed: { ...OUT_OF_RANGE, message: 'from must not be after to' },
  range_before_records: { ...OUT_OF_RANGE, message: 'consumption is known from {moment} on' },
  range_too_old: { ...OUT_OF_RANGE, message: '{granularity} figures reach {days} days back' },
  too_many_frames: {
    ...OUT_OF_RANGE,
    message: 'ask for at most {limit} frames at once, or for fewer projects',
  },
  destination_full: { ...OUT_OF_RANGE, message: "the projects would go beyond the destination's plan" },

  attach_unreachable: { ...ATTACH_REFUSED, message: 'the server could not be reached' },
  attach_no_tls: {
    ...ATTACH_REFUSED,
    message: 'the server offers no TLS, or its certificate could not be verified',
  },
  attach_no_postgres: { ...ATTACH_REFUSED, message: 'there is no Postgres server at this address' },
  attach_login_refused: { ...ATTACH_REFUSED, message: 'the server refused the login' },
  attach_login_refused_as: { ...ATTACH_REFUSED, message: 'the server refused the login (SQLSTATE {sqlstate})' },
  attach_authentication: {
    ...ATTACH_REFUSED,
    message: 'the server asks for an authentication method that is not allowed',
  },
  attach_no_databases: { ...ATTACH_REFUSED, message: 'the server could not be asked for its databases' },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
