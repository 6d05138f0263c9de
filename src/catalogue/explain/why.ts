// Why a person may or may not reach a compute: the same question that the doors ask, with its
// answer in words, for admins and for the person.

import { PosternError } from '../../errors.ts';
import type { AccountId, ComputeId } from '../../ids.ts';
import { isAddressAllowed } from '../../network-address.ts';
import { decideReach, needsOf, personSubject } from '../access/reach.ts';
import { loadTargetRow, type TargetRow } from '../access/target-row.ts';
import { computeNotFound } from '../projects/computes.ts';
import type { RuleDoor } from '../rights/access-rule.ts';
import { loadPersonActor } from '../rights/actors.ts';
import { requireDemandMet } from '../rights/counting-relations.ts';
import type { Decision } from '../rights/decide-access.ts';
import { accountResource, may, visible } from '../rights/permissions.ts';
import { findRulesOfCompute, type RuleReader } from '../rules/find-rules.ts';
import { findNamedThings } from '../rules/named-things.ts';
import { causeInWords, decisionSentence, glassSentence } from '../rules/rule-words.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { AuditContext } from '../trail/audit-context.ts';

export interface WhyQuestion {
  readonly who: RuleReader;
  readonly computeId: ComputeId;
  readonly door: RuleDoor;
  /** Null: any that the rules allow. */
  readonly databaseRole: string | null;
  readonly database: string | null;
  /** Of the client; null: not asked about. */
  readonly address: string | null;
  readonly at: Date;
}

export interface Explanation {
  readonly decision: Decision;
  /** What the policies of account and compute refuse besides; empty for nothing. */
  readonly obstacles: readonly string[];
  /** Whether those close this door to anybody, not just to writing. */
  readonly isClosed: boolean;
  /** Names other people and teams only to those who may read the rules. */
  readonly sentence: string;
  /** Whose rules decided; null for those who may not read them. */
  readonly rulesOf: AccountId | null;
}

/** For readers of the rules, and for the person. Throws `not_found` to everybody else. */
export async function explainAccess(
  catalogue: Catalogue,
  { actor }: Pick<AuditContext, 'actor'>,
  question: WhyQuestion,
): Promise<Explanation> {
  const { computeId, who, address, at, door } = question;
  const row = await loadTargetRow(catalogue.db, computeId);
  const resource = accountResource(row.account.id);
  const mayRead = may(actor, 'access_rules.read', resource);
  const isOwn = actor.kind === 'person' && who.kind === 'person' && actor.userId === who.userId;
  if (!mayRead && !isOwn) {
    if (!visible(actor, resource)) throw computeNotFound(computeId);
    requireDemandMet(actor, resource);
    throw new PosternError('action_forbidden', { params: { who: 'an admin', action: 'ask why of others' } });
  }
  const { subject, rules, agreements } = await askingOf(catalogue, row, who);
  const rulesOf = mayRead ? row.account.id : null;
  if (subject === null) {
    return {
      decision: STRANGER,
      obstacles: [],
      isClosed: false,
      sentence: 'Denied: there is no such person.',
      rulesOf,
    };
  }
  if (isOwn && !mayRead && subject.kind === 'person' && subject.relation === 'stranger')
    throw computeNotFound(computeId);
  const asked = { row, subject, rules, agreements, how: { door, address, signIn: null, at } };
  const decision = decideReach(asked, { role: roleOf(row, question), database: question.database });
  const named = decision.rule === null ? [] : [decision.rule];
  const sentence = mayRead
    ? decisionSentence(decision, await findNamedThings(catalogue.db, named))
    : ownSentence(decision);
  const closing = closingObstacles(row, question);
  const obstacles = row.policy.readOnlyOnly ? [...closing, 'The policy allows reading only.'] : closing;
  return { decision, obstacles, isClosed: closing.length > 0, sentence, rulesOf };
}

/** The asking subject, and the rules that concern it; null for an unknown or disabled person. */
async function askingOf(catalogue: Catalogue, row: TargetRow, who: RuleReader) {
  const { rules, teamIds, agreements } = await findRulesOfCompute(catalogue.db, row.compute.id, who);
  if (who.kind !== 'person') return { subject: who, rules, agreements };
  const person = await loadPersonActor(catalogue, who.userId);
  return { subject: person === null ? null : personSubject(person, row, teamIds), rules, agreements };
}

const STRANGER: Decision = { kind: 'denied', because: 'stranger', rule: null };

/** A role that the compute lacks is none that only reads. */
function roleOf(row: TargetRow, { databaseRole: name }: WhyQuestion) {
  if (name === null) return null;
  return { name, isReadOnly: row.roles.find((role) => role.name === name)?.is_read_only === true };
}

function ownSentence(decision: Decision): string {
  if (decision.kind === 'allowed') {
    return decision.rule === null ? glassSentence(decision) : `Allowed by ${decision.rule.id}.`;
  }
  if (decision.kind === 'may_ask') return `${decision.rule.id} lets you in with ${needsOf(decision.rule)}.`;
  if (decision.because === 'unproven') return UNPROVEN;
  return decision.rule === null
    ? 'Denied: no access rule lets you reach this compute.'
    : `Denied: ${decision.rule.id} lets you reach this compute, ${causeInWords(decision.because)}.`;
}

const UNPROVEN =
  'Denied: the organization asks for a second factor, and you have none. Add a passkey or one-time codes under Security.';

function closingObstacles({ policy }: TargetRow, { door, address }: WhyQuestion): string[] {
  const isInPerson = door === 'link' || door === 'oauth';
  const isOutside = address !== null && !isAddressAllowed(policy.allowedNetworks, address);
  return [
    ...(isInPerson && !policy.linkLogin ? ['The policy allows no login by link.'] : []),
    ...(isOutside ? ['The policy does not allow this network.'] : []),
  ];
}
