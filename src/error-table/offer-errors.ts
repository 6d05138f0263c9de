// `not_offered`, `out_of_range` and `attach_refused`: what installation or upstream cannot give.

import { type ErrorEntry, entriesOf } from './error-entry.ts';

const notOffered = entriesOf({
  code: 'not_offered',
  sqlstate: '0A000',
  httpStatus: 422,
  kind: 'client',
  correctableOn: ['console'],
});

const outOfRange = entriesOf({
  code: 'out_of_range',
  sqlstate: '22003',
  httpStatus: 406,
  kind: 'client',
  correctableOn: ['console'],
});

const attachRefused = entriesOf({
  code: 'attach_refused',
  sqlstate: '08001',
  httpStatus: 422,
  kind: 'upstream',
  hint: 'Check the address, the credentials and the TLS mode.',
  correctableOn: ['console'],
  logLevel: 'warn',
});

export const OFFER_ERRORS = {
  branching_not_offered: notOffered('branching is not offered here: a project has one branch'),
  default_branch_expiry: notOffered('the default branch of a project never expires'),
  setting_not_offered: notOffered('{setting} is not offered here'),
  quotas_not_offered: notOffered('quotas are not offered here'),
  allowed_ips_not_offered: notOffered('allowed_ips is not offered here; an admin sets allowed networks in the policy'),
  role_without_login: notOffered('roles that cannot log in are made in SQL'),
  no_host: notOffered('no server that hosts projects is configured; attach an existing Postgres'),
  no_fitting_host: notOffered('{wish} is not offered here; there is {offered}'),
  attached_managed_elsewhere: notOffered(
    'databases and roles of an attached Postgres are managed there, not by Postern',
  ),
  attached_compute_address: notOffered('computes of an attached project need an address: attach them'),
  hosted_role_password: notOffered('passwords of hosted roles are made by Postern: reset them in the console'),

  range_reversed: outOfRange('from must not be after to'),
  range_before_records: outOfRange('consumption is known from {moment} on'),
  range_too_old: outOfRange('{granularity} figures reach {days} days back'),
  too_many_frames: outOfRange('ask for at most {limit} frames at once, or for fewer projects'),
  destination_full: outOfRange("the projects would go beyond the destination's plan"),

  attach_unreachable: attachRefused('the server could not be reached'),
  attach_forbidden_address: {
    ...attachRefused('Postern may not connect to this address: {reason}'),
    hint: 'Ask an operator: POSTERN_UPSTREAM_NETWORKS and POSTERN_UPSTREAM_PORTS say where computes may live.',
  },
  attach_unknown_name: attachRefused('the name of the server could not be resolved'),
  attach_no_password: attachRefused('the server asks for a password, and the URL has none'),
  attach_project_role: attachRefused('the role "{role}" of the project cannot enter its database "{database}" there'),
  attach_no_tls: attachRefused('the server offers no TLS, or its certificate could not be verified'),
  attach_no_postgres: attachRefused('there is no Postgres server at this address'),
  attach_login_refused: attachRefused('the server refused the login'),
  attach_login_refused_as: attachRefused('the server refused the login (SQLSTATE {sqlstate})'),
  attach_authentication: attachRefused('the server asks for an authentication method that is not allowed'),
  attach_no_databases: attachRefused('the server could not be asked for its databases'),
} as const satisfies Readonly<Record<string, ErrorEntry>>;
