// Every identifier of the program: branded strings, made and recognised here and nowhere else.

import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { z } from 'zod';

declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

export type UserId = Id<'UserId'>;
/** An organization's id, or for a personal account the user's id (Neon API: `owner_id`). */
export type AccountId = Id<'AccountId'>;
export type MembershipId = Id<'MembershipId'>;
export type InvitationId = Id<'InvitationId'>;
export type JoinRuleId = Id<'JoinRuleId'>;
export type TeamId = Id<'TeamId'>;
export type NotificationTargetId = Id<'NotificationTargetId'>;
export type ScimUserId = Id<'ScimUserId'>;
export type ScimGroupId = Id<'ScimGroupId'>;
export type AccessRuleId = Id<'AccessRuleId'>;
export type AccessRequestId = Id<'AccessRequestId'>;
export type ProjectId = Id<'ProjectId'>;
export type ShareId = Id<'ShareId'>;
export type BranchId = Id<'BranchId'>;
export type ComputeId = Id<'ComputeId'>;
export type OperationId = Id<'OperationId'>;
export type ConsentId = Id<'ConsentId'>;
export type AccessTokenId = Id<'AccessTokenId'>;
export type LoginRequestId = Id<'LoginRequestId'>;
export type GrantId = Id<'GrantId'>;
export type ConnectionId = Id<'ConnectionId'>;
export type NodeId = Id<'NodeId'>;

const WORDS_A =
  'amber ancient autumn billowing bitter black blue bold broad broken calm cold cool crimson curly damp dark dawn delicate divine dry empty falling fancy flat floral fragrant frosty gentle green hidden holy icy jolly late lingering little lively long lucky misty morning muddy mute nameless noisy ocean odd old orange patient plain polished proud purple quiet rapid raspy red restless rough round royal shiny shrill shy silent small snowy soft solitary sparkling spring square steep still summer super sweet throbbing tight tiny twilight wandering weathered white wild winter wispy withered yellow young'.split(
    ' ',
  );
const WORDS_B =
  'art band bar base bird block boat bonus bread breeze brook bush butterfly cake cell cherry cloud credit darkness dawn dew disk dream dust feather field fire firefly flower fog forest frog frost glade glitter grass hall hat haze heart hill king lab lake leaf limit math meadow mode moon morning mountain mouse mud night paper pine poetry pond queen rain recipe resonance rice river salad scene sea shadow shape silence sky smoke snow snowflake sound star sun sunset surf term thunder tooth tree truth union unit violet voice water waterfall wave wildflower wind wood'.split(
    ' ',
  );

// Neon API 2.7.3: named ids match ^[a-z0-9-]{1,60}$.
export const newOrganizationId = (): AccountId => `org-${twoWords()}-${digits(8)}` as AccountId;
export const newProjectId = (): ProjectId => `${twoWords()}-${digits(8)}` as ProjectId;
export const newBranchId = (): BranchId => `br-${twoWords()}-${alphanumerics(8)}` as BranchId;
export const newComputeId = (): ComputeId => `ep-${twoWords()}-${alphanumerics(8)}` as ComputeId;

export const newUserId = (): UserId => randomUUID() as UserId;
export const newMembershipId = (): MembershipId => randomUUID() as MembershipId;
/** `rule-` and 12 characters: refusals and the audit trail name rules by it. */
export const newAccessRuleId = (): AccessRuleId => `rule-${alphanumerics(12)}` as AccessRuleId;
/** `ar-` and 20 characters: names a request for access in pages, mails and logs; not a secret. */
export const newAccessRequestId = (): AccessRequestId => `ar-${alphanumerics(20)}` as AccessRequestId;
export const newTeamId = (): TeamId => randomUUID() as TeamId;
export const newNotificationTargetId = (): NotificationTargetId => randomUUID() as NotificationTargetId;
export const newScimUserId = (): ScimUserId => randomUUID() as ScimUserId;
export const newScimGroupId = (): ScimGroupId => randomUUID() as ScimGroupId;
export const newInvitationId = (): InvitationId => randomUUID() as InvitationId;
export const newJoinRuleId = (): JoinRuleId => randomUUID() as JoinRuleId;
export const newShareId = (): ShareId => randomUUID() as ShareId;
export const newOperationId = (): OperationId => randomUUID() as OperationId;

/** `tok-` and 16 characters: the user name of the password door. */
export const newAccessTokenId = (): AccessTokenId => `tok-${alphanumerics(16)}` as AccessTokenId;
/** `oc-` and 20 characters: names what a person let a program do; not a secret. */
export const newConsentId = (): ConsentId => `oc-${alphanumerics(20)}` as ConsentId;
/** `lr-` and 20 characters: names a login request in pages and logs; not a secret. */
export const newLoginRequestId = (): LoginRequestId => `lr-${alphanumerics(20)}` as LoginRequestId;
export const newGrantId = (): GrantId => `gr-${alphanumerics(20)}` as GrantId;
/** `c` and 12 characters: short, since it is stamped into application_name (63 bytes in all). */
export const newConnectionId = (): ConnectionId => `c${alphanumerics(12)}` as ConnectionId;
export const newNodeId = (): NodeId => `node-${alphanumerics(8)}` as NodeId;

/** The personal account of a person has the person's own id. */
export const personalAccountId = (userId: UserId): AccountId => userId as string as AccountId;
export const isOrganizationId = (id: string): boolean => /^org-[a-z0-9-]{1,56}$/.test(id);
export const isLoginRequestId = (text: string): text is LoginRequestId => /^lr-[a-z0-9]{20}$/.test(text);

export function idFrom<T extends Id<string>>(text: string): T {
  return text as T;
}

/** For ids in texts that we wrote ourselves, such as Redis records. */
export function idSchema<T extends Id<string>>() {
  return z.string().transform((text) => idFrom<T>(text));
}

function twoWords(): string {
  return `${pick(WORDS_A)}-${pick(WORDS_B)}`;
}

function pick(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? 'plain';
}

function digits(count: number): string {
  return Array.from({ length: count }, () => String(randomInt(10))).join('');
}

const ALPHANUMERICS = 'abcdefghijklmnopqrstuvwxyz0123456789';
/** Higher bytes are drawn again, or the first letters would come more often. */
const FAIR_BYTES = 256 - (256 % ALPHANUMERICS.length);

/** One question for all of them: each connection has an id. */
function alphanumerics(count: number): string {
  let text = '';
  while (text.length < count) {
    for (const byte of randomBytes(count - text.length)) {
      if (byte < FAIR_BYTES) text += ALPHANUMERICS.charAt(byte % ALPHANUMERICS.length);
    }
  }
  return text;
}
