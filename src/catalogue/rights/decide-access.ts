// May this subject reach this compute through this door, now? The one answer that the approval
// page, the doors, the API, the Connect page and `postern why` give. Pure.

import { assertNever } from '../../assert-never.ts';
import type { AccessRequestId, ComputeId, ProjectId, TeamId, UserId } from '../../ids.ts';
import { isAddressAllowed } from '../../network-address.ts';
import type { AccessRule, RuleDoor, RuleObject } from './access-rule.ts';
import { type Agreement, asksFirst, isInForce, meets } from './agreement.ts';
import { better } from './better-rule.ts';
import { isWithinHours } from './hours-of-week.ts';
import type { ProvenSignIn } from './proven-sign-in.ts';

export type AskingSubject =
  | {
      readonly kind: 'person';
      readonly userId: UserId;
      /** `stranger`: neither member nor guest; `unproven`: without the second factor asked for. */
      readonly relation: 'member' | 'guest' | 'stranger' | 'unproven';
      readonly teamIds: ReadonlySet<TeamId>;
    }
  | { readonly kind: 'account_tokens' }
  /** Anybody who knows a database role's password, so any of those whom rules name. */
  | { readonly kind: 'password_holder' };

export interface AccessQuestion {
  readonly subject: AskingSubject;
  readonly object: {
    readonly computeId: ComputeId;
    readonly projectId: ProjectId;
    readonly label: string | null;
  };
  readonly door: RuleDoor;
  /** Null: any that the rules allow. */
  readonly role: { readonly name: string; readonly isReadOnly: boolean } | null;
  /** Null: any that the rules allow. */
  readonly database: string | null;
  /** Of the client; null: not asked about. */
  readonly address: string | null;
  readonly at: Date;
  /** Null: not asked about. */
  readonly signIn: ProvenSignIn | null;
  /** What was agreed to for the person before, and their broken glass; absent: nothing. */
  readonly agreements?: readonly Agreement[] | undefined;
}

/** In the order in which a rule is asked: the later one fails, the nearer it was. */
export const REFUSAL_CAUSES = [
  'door',
  'role',
  'database',
  'network',
  'hours',
  'link_only',
  'sign_in',
  'passkey',
] as const;
export type RefusalCause = (typeof REFUSAL_CAUSES)[number];

export type Allowed =
  /** `until`: when what others agreed to ends; null: the rule asks nobody. */
  | { readonly kind: 'allowed'; readonly rule: AccessRule; readonly until: Date | null; readonly glassId: null }
  /** By no rule: the person broke the glass. */
  | { readonly kind: 'allowed'; readonly rule: null; readonly until: Date; readonly glassId: AccessRequestId };

export type Decision =
  | Allowed
  /** Somebody else has to agree, or a reason has to be given, first. */
  | { readonly kind: 'may_ask'; readonly rule: AccessRule }
  /** The rule that came nearest to allowing it, and what it lacked; of several the oldest. */
  | { readonly kind: 'denied'; readonly because: RefusalCause; readonly rule: AccessRule }
  | { readonly kind: 'denied'; readonly because: 'no_rule' | 'stranger' | 'unproven'; readonly rule: null };

/** Of several rules that allow it, the one with the longest connection, then approval, then age. */
export function decideAccess(rules: readonly AccessRule[], question: AccessQuestion): Decision {
  const { subject, object } = question;
  if (subject.kind === 'person' && (subject.relation === 'stranger' || subject.relation === 'unproven')) {
    return { kind: 'denied', because: subject.relation, rule: null };
  }
  let best: AccessRule | null = null;
  let until: Date | null = null;
  let asking: AccessRule | null = null;
  let nearest: { readonly because: RefusalCause; readonly rule: AccessRule } | null = null;
  for (const rule of rules) {
    if (!concerns(rule, subject) || !covers(rule.object, object)) continue;
    const because = findObstacle(rule, question);
    const met = because === null ? findMet(rule, question) : null;
    if (met !== null) {
      best = better(best, rule);
      if (best === rule) until = met.until;
    } else if (because === null) asking = better(asking, rule);
    else if (nearest === null || rank(because) > rank(nearest.because)) {
      nearest = { because, rule };
    }
  }
  if (best !== null) return { kind: 'allowed', rule: best, until, glassId: null };
  const glass = findBrokenGlass(question);
  if (glass !== null) return { kind: 'allowed', rule: null, until: glass.until, glassId: glass.id };
  if (asking !== null) return { kind: 'may_ask', rule: asking };
  return nearest === null ? { kind: 'denied', because: 'no_rule', rule: null } : { kind: 'denied', ...nearest };
}

/** Whether the rule names the subject. */
export function concerns({ subject: named }: Pick<AccessRule, 'subject'>, subject: AskingSubject): boolean {
  if (subject.kind === 'password_holder') return true;
  switch (named.kind) {
    case 'person':
      return subject.kind === 'person' && subject.userId === named.userId;
    case 'team':
      return subject.kind === 'person' && subject.relation === 'member' && subject.teamIds.has(named.teamId);
    case 'members':
      return subject.kind === 'person' && subject.relation === 'member';
    case 'guests':
      return subject.kind === 'person' && subject.relation === 'guest';
    case 'account_tokens':
      return subject.kind === 'account_tokens';
    default:
      return assertNever(named);
  }
}

export function covers(covered: RuleObject, { computeId, projectId, label }: AccessQuestion['object']): boolean {
  switch (covered.kind) {
    case 'compute':
      return covered.computeId === computeId;
    case 'project':
      return covered.projectId === projectId;
    case 'label':
      return covered.label === label;
    case 'account':
      return true;
    default:
      return assertNever(covered);
  }
}

/** What the rule lacks for this question, whomever and whatever it is about; null: nothing. */
export function findObstacle(
  { grants }: AccessRule,
  question: Omit<AccessQuestion, 'subject' | 'object'>,
): RefusalCause | null {
  const { door, role, database, address, at, signIn } = question;
  if (!grants.doors.includes(door)) return 'door';
  if (role !== null && !admitsRole(grants.roles, role)) return 'role';
  if (database !== null && grants.databases !== null && !grants.databases.includes(database)) return 'database';
  const { networks, hours } = grants;
  if (address !== null && !isAddressAllowed(networks, address)) return 'network';
  if (hours !== null && !isWithinHours(hours, at)) return 'hours';
  // Nobody is there to be asked at the other doors.
  if (isByPassword(door) && demandsPerson(grants)) return 'link_only';
  if (signIn === null) return null;
  const { freshSignInMs } = grants;
  if (freshSignInMs !== null && (signIn.ageMs === null || signIn.ageMs > freshSignInMs)) return 'sign_in';
  return grants.passkey && !signIn.passkey ? 'passkey' : null;
}

function admitsRole(roles: AccessRule['grants']['roles'], role: NonNullable<AccessQuestion['role']>): boolean {
  if (roles === 'read_write') return true;
  return roles === 'read_only' ? role.isReadOnly : roles.includes(role.name);
}

function isByPassword(door: RuleDoor): boolean {
  return door === 'token' || door === 'role_password';
}

function demandsPerson(grants: AccessRule['grants']): boolean {
  return grants.freshSignInMs !== null || grants.passkey || asksFirst(grants);
}

/** Null: nobody agreed to what the rule asks for. */
function findMet({ grants }: AccessRule, question: AccessQuestion): { readonly until: Date | null } | null {
  if (!asksFirst(grants)) return { until: null };
  return latest((question.agreements ?? []).filter((each) => isInForce(each, question) && meets(each, grants)));
}

/** Asked last, so that nothing is marked as broken that the rules allow. Only members break it. */
function findBrokenGlass(question: AccessQuestion): Agreement | null {
  const { subject, door, agreements = [] } = question;
  if (subject.kind !== 'person' || subject.relation !== 'member' || isByPassword(door)) return null;
  return latest(agreements.filter((each) => each.kind === 'break_glass' && isInForce(each, question)));
}

function latest(agreements: readonly Agreement[]): Agreement | null {
  return agreements.reduce<Agreement | null>(
    (one, each) => (one === null || each.until > one.until ? each : one),
    null,
  );
}

const rank = (because: RefusalCause): number => REFUSAL_CAUSES.indexOf(because);
