// An access rule as data: whom it names, what it is about, and what it grants there. Rules only add
// for whom they name; what may narrow them are the policies of account and compute.

import { z } from 'zod';
import {
  type AccessRuleId,
  type AccountId,
  type ComputeId,
  idSchema,
  type ProjectId,
  type TeamId,
  type UserId,
} from '../../ids.ts';
import { parseNetwork } from '../../network-address.ts';
import { hoursSchema } from './hours-of-week.ts';
import { MAX_GRANT_MS } from './policy.ts';

/** As rules name them; grants and reverse codes come from a link. */
export const RULE_DOORS = ['link', 'token', 'role_password', 'oauth'] as const;
export type RuleDoor = (typeof RULE_DOORS)[number];

export type RuleSubject =
  | { readonly kind: 'person'; readonly userId: UserId }
  | { readonly kind: 'team'; readonly teamId: TeamId }
  | { readonly kind: 'members' }
  | { readonly kind: 'guests' }
  /** Access tokens and API keys that belong to no person. */
  | { readonly kind: 'account_tokens' };

export type RuleObject =
  | { readonly kind: 'compute'; readonly computeId: ComputeId }
  | { readonly kind: 'project'; readonly projectId: ProjectId }
  | { readonly kind: 'label'; readonly label: string }
  | { readonly kind: 'account' };

const MOST_NAMES = 50;
const MOST_NETWORKS = 100;
const MOST_APPROVALS = 5;
const HOUR_MS = 3_600_000;
const LONGEST_CONNECTION_MS = 30 * 24 * HOUR_MS;

const nameSchema = z.string().min(1).max(63);
const networkSchema = z
  .string()
  .max(64)
  .refine((text) => parseNetwork(text) !== null, { error: 'is not a network such as 10.0.0.0/8' });

/** The grants of a rule as they are stored; absent ones limit nothing. */
export const ruleGrantsSchema = z.strictObject({
  /** `read_only`: roles that cannot write; or the names of roles. */
  roles: z
    .union([z.enum(['read_write', 'read_only']), z.array(nameSchema).min(1).max(MOST_NAMES)])
    .default('read_write'),
  /** Null: all. */
  databases: z.array(nameSchema).min(1).max(MOST_NAMES).nullable().default(null),
  doors: z
    .array(z.enum(RULE_DOORS))
    .min(1)
    .default([...RULE_DOORS]),
  /** How long an approval may be remembered; 0: each connection is asked about. */
  longestApprovalMs: z.int().min(0).max(MAX_GRANT_MS).nullable().default(null),
  longestConnectionMs: z.int().min(60_000).max(LONGEST_CONNECTION_MS).nullable().default(null),
  hours: hoursSchema.nullable().default(null),
  /** Empty: from anywhere. */
  networks: z.array(networkSchema).max(MOST_NETWORKS).default([]),
  reason: z.enum(['optional', 'required']).default('optional'),
  approvals: z
    .strictObject({ count: z.int().min(1).max(MOST_APPROVALS), teamId: idSchema<TeamId>() })
    .nullable()
    .default(null),
  freshSignInMs: z
    .int()
    .min(60_000)
    .max(24 * HOUR_MS)
    .nullable()
    .default(null),
  passkey: z.boolean().default(false),
});
export type RuleGrants = Readonly<z.output<typeof ruleGrantsSchema>>;

export interface AccessRule {
  readonly id: AccessRuleId;
  readonly accountId: AccountId;
  readonly subject: RuleSubject;
  readonly object: RuleObject;
  readonly grants: RuleGrants;
}
