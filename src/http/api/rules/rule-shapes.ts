// An access rule on the wire. Times are in seconds there.

import { z } from 'zod';
import { assertNever } from '../../../assert-never.ts';
import {
  type AccessRule,
  RULE_DOORS,
  type RuleObject,
  type RuleSubject,
} from '../../../catalogue/rights/access-rule.ts';
import type { NewAccessRule } from '../../../catalogue/rules/access-rules.ts';
import { PosternError } from '../../../errors.ts';
import { type ComputeId, idFrom, type ProjectId, type TeamId, type UserId } from '../../../ids.ts';

const id = z.string().min(1).max(64);
const seconds = z.int().min(0);
const name = z.string().min(1).max(63);

const subjectShape = z
  .strictObject({
    kind: z.enum(['person', 'team', 'members', 'guests', 'account_tokens']),
    user_id: id.optional(),
    team_id: id.optional(),
  })
  .meta({ id: 'AccessRuleSubject', description: 'Postern only. Whom a rule names.' });

const objectShape = z
  .strictObject({
    kind: z.enum(['compute', 'project', 'label', 'account']),
    endpoint_id: id.optional(),
    project_id: id.optional(),
    label: z.string().min(1).max(64).optional(),
  })
  .meta({ id: 'AccessRuleObject', description: 'Postern only. What a rule is about.' });

const grantsShape = z
  .strictObject({
    roles: z.union([z.enum(['read_write', 'read_only']), z.array(name)]).optional(),
    databases: z
      .array(name)
      .nullable()
      .optional()
      .describe('Where one connects. A role that owns other databases can still alter and drop those by SQL.'),
    doors: z.array(z.enum(RULE_DOORS)).optional(),
    longest_approval_seconds: seconds.nullable().optional(),
    longest_connection_seconds: seconds.nullable().optional(),
    hours: z
      .strictObject({
        time_zone: z.string(),
        windows: z.array(z.strictObject({ days: z.array(z.int()), from: z.string(), to: z.string() })),
      })
      .nullable()
      .optional(),
    networks: z.array(z.string()).optional(),
    reason: z.enum(['optional', 'required']).optional(),
    approvals: z.strictObject({ count: z.int(), team_id: id }).nullable().optional(),
    fresh_sign_in_seconds: seconds.nullable().optional(),
    passkey: z.boolean().optional(),
  })
  .meta({ id: 'AccessRuleGrants', description: 'Postern only. What a rule grants; absent parts limit nothing.' });

export const ruleShape = z
  .object({ id, subject: subjectShape, object: objectShape, grants: grantsShape })
  .meta({ id: 'AccessRule', description: 'Postern only.' });

export const newRuleShape = z.strictObject({
  subject: subjectShape,
  object: objectShape.optional(),
  grants: grantsShape.default({}),
});
export const changedRuleShape = z.strictObject({ grants: grantsShape });

type WireGrants = z.output<typeof grantsShape>;

export function grantsFromWire(grants: WireGrants): NewAccessRule['grants'] {
  const { longest_approval_seconds, longest_connection_seconds, fresh_sign_in_seconds, hours, approvals, ...same } =
    grants;
  const ms = (given: number | null | undefined) => (typeof given === 'number' ? given * 1_000 : given);
  return {
    ...same,
    longestApprovalMs: ms(longest_approval_seconds),
    longestConnectionMs: ms(longest_connection_seconds),
    freshSignInMs: ms(fresh_sign_in_seconds),
    hours: hours ? { timeZone: hours.time_zone, windows: hours.windows } : hours,
    approvals: approvals ? { count: approvals.count, teamId: approvals.team_id } : approvals,
  };
}

/** Throws `rule_invalid` where the id is missing that the kind needs. */
export function subjectFromWire({ kind, user_id, team_id }: z.output<typeof subjectShape>): RuleSubject {
  switch (kind) {
    case 'person':
      return { kind, userId: idFrom<UserId>(given(user_id, 'user_id')) };
    case 'team':
      return { kind, teamId: idFrom<TeamId>(given(team_id, 'team_id')) };
    case 'members':
    case 'guests':
    case 'account_tokens':
      return { kind };
    default:
      return assertNever(kind);
  }
}

export function objectFromWire({ kind, endpoint_id, project_id, label }: z.output<typeof objectShape>): RuleObject {
  switch (kind) {
    case 'compute':
      return { kind, computeId: idFrom<ComputeId>(given(endpoint_id, 'endpoint_id')) };
    case 'project':
      return { kind, projectId: idFrom<ProjectId>(given(project_id, 'project_id')) };
    case 'label':
      return { kind, label: given(label, 'label') };
    case 'account':
      return { kind };
    default:
      return assertNever(kind);
  }
}

function given(value: string | undefined, field: string): string {
  if (value !== undefined) return value;
  throw new PosternError('rule_invalid', { params: { problem: `${field} is missing` } });
}

export function ruleOnWire({ id: ruleId, subject, object, grants }: AccessRule): z.input<typeof ruleShape> {
  const { longestApprovalMs, longestConnectionMs, freshSignInMs, hours, approvals, roles, databases, ...same } = grants;
  const inSeconds = (ms: number | null) => (ms === null ? null : ms / 1_000);
  return {
    id: ruleId,
    subject: {
      kind: subject.kind,
      ...(subject.kind === 'person' && { user_id: subject.userId }),
      ...(subject.kind === 'team' && { team_id: subject.teamId }),
    },
    object: {
      kind: object.kind,
      ...(object.kind === 'compute' && { endpoint_id: object.computeId }),
      ...(object.kind === 'project' && { project_id: object.projectId }),
      ...(object.kind === 'label' && { label: object.label }),
    },
    grants: {
      ...same,
      roles,
      databases,
      longest_approval_seconds: inSeconds(longestApprovalMs),
      longest_connection_seconds: inSeconds(longestConnectionMs),
      fresh_sign_in_seconds: inSeconds(freshSignInMs),
      hours: hours === null ? null : { time_zone: hours.timeZone, windows: hours.windows },
      approvals: approvals === null ? null : { count: approvals.count, team_id: approvals.teamId },
    },
  };
}
