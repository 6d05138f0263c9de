// Row types of migrations 0001, 0014 and 0016, and columns of 0017, 0024 and 0038.

import type { ColumnType, Generated } from 'kysely';
import type { AccountId, InvitationId, MembershipId, UserId } from '../../ids.ts';
import type { SignInMethod } from './second-factors.ts';

export const PLANS = ['free', 'launch', 'scale', 'business', 'enterprise'] as const;
export type Plan = (typeof PLANS)[number];

export type MemberRole = 'admin' | 'member';
/** To whom an invitation's link went: the mailbox, or the inviter, who may be an operator. */
export type LinkDelivery = 'mailed' | 'shown' | 'vouched';
/** By accepting an invitation or making the organization, or at an operator's command. */
export type JoinedBy = 'themselves' | 'others';
/** Read as unknown and parsed by its owner; written as JSON text. */
export type Jsonb = ColumnType<unknown, string, string>;

export interface UsersTable {
  id: UserId;
  email: string;
  email_key: string;
  email_verified: boolean;
  name: string;
  image: string;
  password_hash: string | null;
  is_operator: boolean;
  /** Since then nothing of the person's works; null: not disabled. */
  disabled_at: Date | null;
  /** Goes up with each change of the person's ways to sign in (proven-person.ts). */
  credentials_version: number;
  created_at: Date;
  updated_at: Date;
}

export interface IdentitiesTable {
  issuer: string;
  subject: string;
  user_id: UserId;
  email: string | null;
  linked_at: Date;
  /** As read last, JSON; null: never. */
  groups: ColumnType<unknown, string | null, string | null>;
  groups_read_at: Date | null;
  /** When the provider vouched for a second factor; null: not at the last sign-in. */
  second_factor_at: Date | null;
}

export interface AccountsTable {
  id: AccountId;
  kind: 'personal' | 'organization';
  user_id: UserId | null;
  name: string;
  handle: string;
  plan: Plan;
  passwordless_access: boolean;
  /** Of its members and guests; of organizations only. */
  demands_second_factor: Generated<boolean>;
  policy: Jsonb;
  billing: Jsonb;
  created_at: Date;
  updated_at: Date;
}

export interface MembershipsTable {
  id: MembershipId;
  account_id: AccountId;
  user_id: UserId;
  member_role: MemberRole;
  joined_at: Date;
  joined_by: JoinedBy;
}

export interface InvitationsTable {
  id: InvitationId;
  account_id: AccountId;
  email: string;
  email_key: string;
  member_role: MemberRole;
  token_hash: Buffer;
  link_delivery: LinkDelivery;
  invited_by: UserId | null;
  invited_at: Date;
  expires_at: Date;
}

export interface OrganizationRequestsTable {
  id: string;
  requested_by: UserId;
  admin_email: string;
  name: string;
  consented_at: Date;
  status: 'requested' | 'approved' | 'declined';
  reason: string | null;
  decided_by: UserId | null;
  decided_at: Date | null;
  organization_id: AccountId | null;
  created_at: Date;
}

export interface BrowserSessionsTable {
  id: string;
  cookie_hash: Buffer;
  user_id: UserId;
  ip: string;
  user_agent: string;
  created_at: Date;
  last_seen_at: Date;
  expires_at: Date;
  authenticated_at: Date | null;
  /** The identity by which it began, and the provider's session; null: none, or not told. */
  issuer: string | null;
  subject: string | null;
  sid: string | null;
  sign_in_method: SignInMethod;
}

export interface SetupCodesTable {
  code_hash: Buffer;
  created_at: Date;
  expires_at: Date;
}

export interface KnownTerminalsTable {
  user_id: UserId;
  terminal: string;
  approved_at: Date;
}

export interface LoginNamesTable {
  user_id: UserId;
  /** SHA-256, since a client may send any bytes. */
  requested_user: Buffer;
  place: string;
  approved_at: Date;
}

export interface ResetLinksTable {
  token_hash: Buffer;
  user_id: UserId;
  /** An operator's word that the person lost them. */
  removes_second_factors: boolean;
  created_at: Date;
  expires_at: Date;
}

export interface EmailChangesTable {
  user_id: UserId;
  token_hash: Buffer;
  email: string;
  email_key: string;
  created_at: Date;
  expires_at: Date;
}
