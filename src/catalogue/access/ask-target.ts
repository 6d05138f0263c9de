// What a person could reach if those agreed whom the rules ask: for the page that offers to ask,
// and for judging again what was asked for.

import { type AccessRequestId, idFrom } from '../../ids.ts';
import type { AccessRule } from '../rights/access-rule.ts';
import type { Agreement } from '../rights/agreement.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { type AskedReach, type Circumstances, decideReach } from './reach.ts';
import { askOfTarget, type JudgedTarget, judged, type TargetChoice } from './resolve-target.ts';

/** A target as it would be, and the rule that asks first. */
export interface AskingTarget extends JudgedTarget {
  /** Null: nobody need be asked, since a rule allows it as it is. */
  readonly asking: AccessRule | null;
}

/** The same question, as if it had been agreed to. */
export function supposing<Reach extends AskedReach>(reach: Reach): Reach {
  const { row, how } = reach;
  const agreed: Agreement = {
    id: idFrom<AccessRequestId>('supposed'),
    kind: 'on_call',
    projectId: row.project.id,
    computeId: null,
    databaseRole: null,
    database: null,
    hasReason: true,
    approvals: new Map(),
    until: new Date(how.at.getTime() + 1),
  };
  return { ...reach, agreements: [...(reach.agreements ?? []), agreed] };
}

/** Throws as `judgeTarget`, and `rule_denied` where no rule offers to ask. */
export async function judgeAsking(
  catalogue: Catalogue,
  choice: TargetChoice,
  circumstances: Circumstances,
): Promise<AskingTarget> {
  const { asked, person } = await askOfTarget(catalogue, choice, circumstances);
  const target = judged(supposing(asked), choice, person);
  const isReadOnly = asked.row.roles.find(({ name }) => name === target.databaseRole)?.is_read_only === true;
  const place = { role: { name: target.databaseRole, isReadOnly }, database: choice.database };
  const decision = decideReach(asked, place);
  return { ...target, asking: decision.kind === 'may_ask' ? decision.rule : null };
}
