// Which scopes a program's token needs for each action (docs/api.md, "Scopes"). Scopes only narrow:
// the person needs the right as well. Read by permissions.ts only; a test holds the same by hand.

import type { PERMISSION_TABLE } from './permission-table.ts';

// neonctl 5.0.1: NEONCTL_SCOPES
export const API_SCOPES = [
  'urn:neoncloud:projects:create',
  'urn:neoncloud:projects:read',
  'urn:neoncloud:projects:update',
  'urn:neoncloud:projects:delete',
  'urn:neoncloud:orgs:create',
  'urn:neoncloud:orgs:read',
  'urn:neoncloud:orgs:update',
  'urn:neoncloud:orgs:delete',
  'urn:neoncloud:orgs:permission',
] as const;

export type ApiScope = (typeof API_SCOPES)[number];

const KNOWN: ReadonlySet<string> = new Set(API_SCOPES);
export const isApiScope = (text: string): text is ApiScope => KNOWN.has(text);

/** All of these; `in_person`: no scope gives it. */
type Needed = readonly ApiScope[] | 'in_person';

const ANY: Needed = [];
const MAKE_PROJECTS: Needed = ['urn:neoncloud:projects:create'];
const SEE_PROJECTS: Needed = ['urn:neoncloud:projects:read'];
const CHANGE_PROJECTS: Needed = ['urn:neoncloud:projects:update'];
const DELETE_PROJECTS: Needed = ['urn:neoncloud:projects:delete'];
const MAKE_ORGANIZATIONS: Needed = ['urn:neoncloud:orgs:create'];
const SEE_ORGANIZATIONS: Needed = ['urn:neoncloud:orgs:read'];
const CHANGE_ORGANIZATIONS: Needed = ['urn:neoncloud:orgs:update'];
const DELETE_ORGANIZATIONS: Needed = ['urn:neoncloud:orgs:delete'];
const DECIDE_ACCESS: Needed = ['urn:neoncloud:orgs:permission'];
/** A key is narrowed by no scope. */
const MAKE_KEYS: Needed = API_SCOPES;

export const NEEDED_SCOPES: Readonly<Record<keyof typeof PERMISSION_TABLE, Needed>> = {
  'self.read': ANY,
  'self.change': 'in_person',
  'self.list_organizations': SEE_ORGANIZATIONS,
  'self.list_shared_projects': SEE_PROJECTS,
  'self.manage_api_keys': MAKE_KEYS,
  'self.manage_sessions': 'in_person',
  'self.read_access_requests': SEE_ORGANIZATIONS,
  'self.ask_for_access': DECIDE_ACCESS,
  'regions.list': ANY,
  'organization.create': MAKE_ORGANIZATIONS,
  'organization.request': MAKE_ORGANIZATIONS,

  'ops.read': 'in_person',
  'ops.end_connection': 'in_person',
  'ops.cancel_query': 'in_person',
  'ops.read_statement': 'in_person',
  'ops.send_notice': 'in_person',
  'ops.drain_node': 'in_person',
  'ops.read_audit': 'in_person',
  'ops.decide_organization': 'in_person',
  'ops.attach_private': 'in_person',
  'ops.create_user': 'in_person',
  'ops.manage_people': 'in_person',

  'account.read': SEE_ORGANIZATIONS,
  'account.change': CHANGE_ORGANIZATIONS,
  'account.delete': DELETE_ORGANIZATIONS,
  'account.change_plan': 'in_person',
  'account.read_policy': SEE_ORGANIZATIONS,
  'account.change_policy': DECIDE_ACCESS,
  'account.read_billing': SEE_ORGANIZATIONS,
  'account.change_billing': CHANGE_ORGANIZATIONS,
  'account.read_consumption': SEE_PROJECTS,
  'account.read_audit': 'in_person',
  'account.read_connections': 'in_person',
  'account.end_connection': 'in_person',
  'account.cancel_query': 'in_person',
  'account.read_statement': 'in_person',
  'account.send_notice': 'in_person',

  'access_rules.read': SEE_ORGANIZATIONS,
  'access_rules.change': DECIDE_ACCESS,
  'on_call.read': SEE_ORGANIZATIONS,
  'on_call.approve': 'in_person',
  'break_glass.read': SEE_ORGANIZATIONS,
  'break_glass.change': 'in_person',
  'break_glass.review': 'in_person',
  'access_requests.read': SEE_ORGANIZATIONS,

  'members.read': SEE_ORGANIZATIONS,
  'members.change_role': DECIDE_ACCESS,
  'members.remove': DECIDE_ACCESS,
  'members.leave': DECIDE_ACCESS,
  'invitations.read': SEE_ORGANIZATIONS,
  'invitations.create': DECIDE_ACCESS,
  'invitations.resend': DECIDE_ACCESS,
  'invitations.cancel': DECIDE_ACCESS,
  'guests.read': SEE_ORGANIZATIONS,
  'guests.convert': DECIDE_ACCESS,
  'teams.read': SEE_ORGANIZATIONS,
  'teams.change': DECIDE_ACCESS,
  'joining.change': DECIDE_ACCESS,
  'notifications.change': CHANGE_ORGANIZATIONS,
  'provisioning.read': SEE_ORGANIZATIONS,
  'provisioning.change': 'in_person',

  'organization_keys.read': SEE_ORGANIZATIONS,
  'organization_keys.create': MAKE_KEYS,
  'organization_keys.revoke': DECIDE_ACCESS,
  'access_tokens.read': SEE_ORGANIZATIONS,
  'access_tokens.create': MAKE_KEYS,
  'access_tokens.revoke': DECIDE_ACCESS,

  'projects.list': SEE_PROJECTS,
  'projects.create': MAKE_PROJECTS,
  'projects.receive': MAKE_PROJECTS,

  'project.connect': 'in_person',
  'project.create_access_token': MAKE_KEYS,
  'project.read': SEE_PROJECTS,
  'project.change': CHANGE_PROJECTS,
  'project.label': CHANGE_PROJECTS,
  'project.delete': DELETE_PROJECTS,
  'project.transfer': DELETE_PROJECTS,
  'project.read_shares': SEE_PROJECTS,
  'project.share': DECIDE_ACCESS,
  'project.unshare': DECIDE_ACCESS,
  'project.leave': DECIDE_ACCESS,
  'project.read_access_rules': SEE_PROJECTS,
  'project.change_access_rules': DECIDE_ACCESS,
  // With the password of a role.
  'project.read_connection_uri': CHANGE_PROJECTS,
  'project.read_operations': SEE_PROJECTS,
  'project.read_consumption': SEE_PROJECTS,
  'branch.change': CHANGE_PROJECTS,
  'branch.protect': CHANGE_PROJECTS,
  'compute.create': CHANGE_PROJECTS,
  'compute.change': CHANGE_PROJECTS,
  'compute.delete': CHANGE_PROJECTS,
  'compute.start': CHANGE_PROJECTS,
  'compute.suspend': CHANGE_PROJECTS,
  'compute.read_policy': SEE_PROJECTS,
  'compute.change_policy': DECIDE_ACCESS,
  'database.create': CHANGE_PROJECTS,
  'database.change': CHANGE_PROJECTS,
  'database.delete': CHANGE_PROJECTS,
  'database_role.create': CHANGE_PROJECTS,
  'database_role.delete': CHANGE_PROJECTS,
  'database_role.reveal_password': CHANGE_PROJECTS,
  'database_role.reset_password': CHANGE_PROJECTS,
};
