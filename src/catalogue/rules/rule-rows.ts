// An access rule as its row, and the row as a rule.

import type { Selectable } from 'kysely';
import { assertNever } from '../../assert-never.ts';
import { TimeSlices } from '../../async/time-slices.ts';
import { type AccessRule, type RuleObject, type RuleSubject, ruleGrantsSchema } from '../rights/access-rule.ts';
import type { AccessRulesTable } from '../tables/access-rules.ts';

export type RuleRow = Pick<
  Selectable<AccessRulesTable>,
  | 'id'
  | 'account_id'
  | 'subject_kind'
  | 'user_id'
  | 'team_id'
  | 'object_kind'
  | 'compute_id'
  | 'project_id'
  | 'label'
  | 'grants'
>;

export function ruleFrom(row: RuleRow): AccessRule {
  return {
    id: row.id,
    accountId: row.account_id,
    subject: subjectFrom(row),
    object: objectFrom(row),
    grants: ruleGrantsSchema.parse(row.grants),
  };
}

/** In slices, since they may be many. */
export async function rulesFrom(rows: readonly RuleRow[]): Promise<AccessRule[]> {
  const slices = new TimeSlices();
  const rules: AccessRule[] = [];
  for (const row of rows) {
    rules.push(ruleFrom(row));
    if (slices.isOver) await slices.next();
  }
  return rules;
}

export function rowOf({ id, accountId, subject, object, grants }: AccessRule) {
  return {
    id,
    account_id: accountId,
    subject_kind: subject.kind,
    user_id: subject.kind === 'person' ? subject.userId : null,
    team_id: subject.kind === 'team' ? subject.teamId : null,
    object_kind: object.kind,
    compute_id: object.kind === 'compute' ? object.computeId : null,
    project_id: object.kind === 'project' ? object.projectId : null,
    label: object.kind === 'label' ? object.label : null,
    doors: [...grants.doors],
    grants: JSON.stringify(grants),
  };
}

function subjectFrom({ id, subject_kind: kind, user_id: userId, team_id: teamId }: RuleRow): RuleSubject {
  switch (kind) {
    case 'person':
      if (userId === null) break;
      return { kind, userId };
    case 'team':
      if (teamId === null) break;
      return { kind, teamId };
    case 'members':
    case 'guests':
    case 'account_tokens':
      return { kind };
    default:
      return assertNever(kind);
  }
  throw new Error(`access rule ${id} names nobody`);
}

function objectFrom({ id, object_kind: kind, compute_id, project_id, label }: RuleRow): RuleObject {
  switch (kind) {
    case 'compute':
      if (compute_id === null) break;
      return { kind, computeId: compute_id };
    case 'project':
      if (project_id === null) break;
      return { kind, projectId: project_id };
    case 'label':
      if (label === null) break;
      return { kind, label };
    case 'account':
      return { kind };
    default:
      return assertNever(kind);
  }
  throw new Error(`access rule ${id} is about nothing`);
}
