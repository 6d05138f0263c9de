// What holds for a person besides the rules, until when: others approved what was asked for, or did
// so in advance, which meets rules that ask first; or the person broke the glass. Pure.

import type { AccessRequestId, ComputeId, ProjectId, TeamId } from '../../ids.ts';
import type { RuleGrants } from './access-rule.ts';

/** `on_call`: in advance, for whatever a rule asks. `break_glass`: nobody agreed, nor any rule. */
export type AgreementKind = 'asked' | 'on_call' | 'break_glass';

export interface Agreement {
  readonly id: AccessRequestId;
  readonly kind: AgreementKind;
  readonly projectId: ProjectId;
  /** Null: each of the project. */
  readonly computeId: ComputeId | null;
  /** Null: any that the rules allow. */
  readonly databaseRole: string | null;
  /** Null: any that the rules allow. */
  readonly database: string | null;
  readonly hasReason: boolean;
  /** How many people of each team approved it. */
  readonly approvals: ReadonlyMap<TeamId, number>;
  readonly until: Date;
}

/** Whether the rule allows nothing by itself. */
export function asksFirst({ reason, approvals }: RuleGrants): boolean {
  return reason === 'required' || approvals !== null;
}

/** Whether it is what the rule asks for. */
export function meets({ kind, hasReason, approvals }: Agreement, grants: RuleGrants): boolean {
  if (kind !== 'asked') return kind === 'on_call';
  if (grants.reason === 'required' && !hasReason) return false;
  return grants.approvals === null || (approvals.get(grants.approvals.teamId) ?? 0) >= grants.approvals.count;
}

interface Asked {
  readonly object: { readonly computeId: ComputeId; readonly projectId: ProjectId };
  readonly role: { readonly name: string } | null;
  readonly database: string | null;
  readonly at: Date;
}

/** Whether it is about this place, and has not ended. */
export function isInForce(agreement: Agreement, { object, role, database, at }: Asked): boolean {
  if (at >= agreement.until || agreement.projectId !== object.projectId) return false;
  if (agreement.computeId !== null && agreement.computeId !== object.computeId) return false;
  if (role !== null && agreement.databaseRole !== null && agreement.databaseRole !== role.name) return false;
  return database === null || agreement.database === null || agreement.database === database;
}
