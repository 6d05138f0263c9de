// The permission table (docs/api.md, "Who may do what"). Read by permissions.ts only; a test holds
// the same table written out by hand.

import type { Sharing } from '../store/catalogue.ts';

/** The actor's relation to a resource. An operator may have another relation as well. */
export type Relation =
  | 'owner' // of the personal account
  | 'admin'
  | 'member'
  | 'guest' // of the project
  | 'organization_key'
  | 'project_key'
  | 'scim_key'
  | 'on_call_key'
  | 'signed_in' // to the installation
  | 'operator';

export type ResourceKind = 'installation' | 'account' | 'project';

export interface Rule {
  readonly on: ResourceKind;
  readonly who: readonly Relation[];
  /** Completes "may …" in the message of a refusal. */
  readonly phrase: string;
}

const OPERATORS = ['operator'] as const;
const SIGNED_IN = ['signed_in'] as const;
const ANY_KEY = ['signed_in', 'organization_key', 'project_key'] as const;

const ADMINS = ['owner', 'admin', 'organization_key'] as const;
// NOTE: what decides who is let in, by which rules and with whose agreement, is decided by people:
// by a key of its organization somebody could make friends the approvers of their own requests.
const ADMINS_IN_PERSON = ['owner', 'admin'] as const;
const MEMBERS = ['owner', 'admin', 'member', 'organization_key'] as const;
const OVERSEERS = ['owner', 'admin', 'operator'] as const;

const PROJECT_MEMBERS = ['owner', 'admin', 'member', 'organization_key', 'project_key'] as const;
const PROJECT_USERS = ['owner', 'admin', 'member', 'guest', 'organization_key', 'project_key'] as const;
const PROJECT_USERS_IN_PERSON = ['owner', 'admin', 'member', 'guest'] as const;

export const PERMISSION_TABLE = {
  'self.read': on('installation', SIGNED_IN, 'see an account of their own'),
  'self.change': on('installation', SIGNED_IN, 'change an account of their own'),
  'self.list_organizations': on('installation', ANY_KEY, 'list their organizations'),
  'self.list_shared_projects': on('installation', SIGNED_IN, 'list projects shared with them'),
  'self.manage_api_keys': on('installation', SIGNED_IN, 'manage personal API keys'),
  'self.manage_sessions': on('installation', SIGNED_IN, 'manage their sessions and grants'),
  'self.read_access_requests': on('installation', SIGNED_IN, 'see their requests for access'),
  'self.ask_for_access': on('installation', SIGNED_IN, 'ask for access'),
  'regions.list': on('installation', ANY_KEY, 'list regions'),
  'organization.create': on('installation', SIGNED_IN, 'create an organization'),
  'organization.request': on('installation', SIGNED_IN, 'request an organization'),

  'ops.read': on('installation', OPERATORS, 'watch live connections and nodes'),
  'ops.end_connection': on('installation', OPERATORS, 'end any connection'),
  'ops.cancel_query': on('installation', OPERATORS, 'cancel any query'),
  'ops.read_statement': on('installation', OPERATORS, 'see what a connection runs'),
  'ops.send_notice': on('installation', OPERATORS, 'send notices to any connection'),
  'ops.drain_node': on('installation', OPERATORS, 'drain a node'),
  'ops.read_audit': on('installation', OPERATORS, 'read the whole audit trail'),
  'ops.decide_organization': on('installation', OPERATORS, 'decide on organization requests'),
  'ops.attach_private': on('installation', OPERATORS, 'attach computes in private networks'),
  'ops.create_user': on('installation', OPERATORS, 'create people'),
  'ops.manage_people': on('installation', OPERATORS, 'list, disable and remove people'),

  'account.read': on('account', MEMBERS, 'see this account'),
  'account.change': on('account', ADMINS_IN_PERSON, 'change this account'),
  'account.delete': on('account', ['admin'], 'delete this organization'),
  'account.change_plan': on('account', OPERATORS, 'change the plan'),
  'account.read_policy': on('account', MEMBERS, 'see the policy'),
  'account.change_policy': on('account', ADMINS_IN_PERSON, 'change the policy'),
  'account.read_billing': on('account', MEMBERS, 'view billing'),
  'account.change_billing': on('account', ADMINS_IN_PERSON, 'edit billing'),
  'account.read_consumption': on('account', MEMBERS, 'read consumption'),
  'account.read_audit': on('account', OVERSEERS, 'read the audit trail of this account'),
  'account.read_connections': on('account', OVERSEERS, 'see who is connected'),
  'account.end_connection': on('account', OVERSEERS, 'end connections'),
  'account.cancel_query': on('account', OVERSEERS, 'cancel queries of others'),
  'account.read_statement': on('account', OVERSEERS, 'see what connections of others run'),
  'account.send_notice': on('account', OVERSEERS, 'send notices'),

  'access_rules.read': on('account', ADMINS, 'see the access rules'),
  'access_rules.change': on('account', ADMINS_IN_PERSON, 'change access rules'),

  'access_requests.read': on('account', MEMBERS, 'see requests for access'),

  'on_call.read': on('account', ['admin', 'organization_key', 'on_call_key'], 'see what is approved in advance'),
  'on_call.approve': on('account', ['on_call_key'], 'approve in advance'),

  'break_glass.read': on('account', ['admin', 'organization_key'], 'see who may break the glass'),
  'break_glass.change': on('account', ['admin'], 'decide who may break the glass'),
  'break_glass.review': on('account', ['admin'], 'review a broken glass'),

  'members.read': on('account', ['admin', 'member', 'organization_key'], 'see the members'),
  'members.change_role': on('account', ['admin'], 'change member roles'),
  'members.remove': on('account', ['admin'], 'remove members'),
  'members.leave': on('account', ['admin', 'member'], 'leave the organization'),
  'invitations.read': on('account', ['admin', 'member', 'organization_key'], 'see invitations'),
  'invitations.create': on('account', ['admin'], 'invite members'),
  'invitations.resend': on('account', ['admin'], 'resend invitations'),
  'invitations.cancel': on('account', ['admin'], 'cancel invitations'),
  'guests.read': on('account', MEMBERS, 'see the guests'),
  'guests.convert': on('account', ['admin'], 'turn guests into members'),

  'teams.read': on('account', ['admin', 'member', 'organization_key'], 'see the teams'),
  'teams.change': on('account', ['admin'], 'change teams'),

  'joining.change': on('account', ['admin'], 'decide who may join by an identity provider'),

  'notifications.change': on('account', ['admin'], 'decide where the organization is told'),
  'provisioning.read': on('account', ['admin', 'organization_key', 'scim_key'], 'see provisioned users'),
  'provisioning.change': on('account', ['scim_key'], 'provision users and groups'),

  'organization_keys.read': on('account', ['admin', 'organization_key'], 'see API keys of the organization'),
  'organization_keys.create': on('account', ['admin'], 'create API keys of the organization'),
  'organization_keys.revoke': on('account', ['admin', 'organization_key'], 'revoke API keys of the organization'),
  'access_tokens.read': on('account', ADMINS_IN_PERSON, 'see all access tokens of this account'),
  'access_tokens.create': on('account', ADMINS_IN_PERSON, 'create access tokens of this account'),
  'access_tokens.revoke': on('account', ADMINS_IN_PERSON, 'revoke access tokens of others'),

  'projects.list': on('account', [...MEMBERS, 'project_key'], 'list projects'),
  'projects.create': on('account', MEMBERS, 'create projects'),
  'projects.receive': on('account', ['admin', 'member'], 'transfer projects into this organization'),

  'project.connect': on('project', PROJECT_USERS_IN_PERSON, 'connect to this project'),
  'project.create_access_token': on('project', PROJECT_USERS_IN_PERSON, 'create access tokens for this project'),
  'project.read': on('project', PROJECT_USERS, 'see this project'),
  'project.change': on('project', PROJECT_USERS, 'change this project'),
  'project.label': on('project', ADMINS_IN_PERSON, 'label this project'),
  'project.delete': on('project', ADMINS, 'delete this project'),
  'project.transfer': on('project', ADMINS_IN_PERSON, 'transfer this project'),
  'project.read_shares': on('project', PROJECT_MEMBERS, 'see whom this project is shared with'),
  'project.share': on('project', ADMINS, 'share this project'),
  'project.unshare': on('project', ADMINS, 'end sharing of this project'),
  'project.leave': on('project', ['guest'], 'leave this project'),
  'project.read_access_rules': on('project', ADMINS, 'see the access rules'),
  'project.change_access_rules': on('project', ADMINS_IN_PERSON, 'change access rules'),
  'project.read_connection_uri': on('project', PROJECT_USERS, 'read connection strings'),
  'project.read_operations': on('project', PROJECT_USERS, 'see operations'),
  'project.read_consumption': on('project', PROJECT_MEMBERS, 'read consumption'),
  'branch.change': on('project', PROJECT_USERS, 'change branches'),
  // What it keeps from being deleted, guests could not delete.
  'branch.protect': on('project', PROJECT_MEMBERS, 'protect branches'),
  'compute.create': on('project', PROJECT_MEMBERS, 'create computes'),
  'compute.change': on('project', PROJECT_MEMBERS, 'change computes'),
  'compute.delete': on('project', PROJECT_MEMBERS, 'delete computes'),
  'compute.start': on('project', PROJECT_USERS, 'start computes'),
  'compute.suspend': on('project', PROJECT_MEMBERS, 'suspend computes'),
  'compute.read_policy': on('project', MEMBERS, 'see the policy of computes'),
  'compute.change_policy': on('project', ADMINS_IN_PERSON, 'change the policy of computes'),
  'database.create': on('project', PROJECT_USERS, 'create databases'),
  'database.change': on('project', PROJECT_USERS, 'change databases'),
  'database.delete': on('project', PROJECT_USERS, 'delete databases'),
  'database_role.create': on('project', PROJECT_USERS, 'create database roles'),
  'database_role.delete': on('project', PROJECT_USERS, 'delete database roles'),
  'database_role.reveal_password': on('project', PROJECT_USERS, 'reveal passwords'),
  'database_role.reset_password': on('project', PROJECT_USERS, 'reset passwords'),
} as const satisfies Record<string, Rule>;

/** The relations that may share a project besides admins (docs/api.md, "Sharing"). */
export const SHARING_RELATIONS: Readonly<Record<Sharing, readonly Relation[]>> = {
  admins: ADMINS,
  members: PROJECT_MEMBERS,
  everyone_with_access: PROJECT_USERS,
};

function on<Kind extends ResourceKind>(kind: Kind, who: readonly Relation[], phrase: string) {
  return { on: kind, who, phrase };
}
