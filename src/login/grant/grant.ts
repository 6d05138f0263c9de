// A grant: permission of one person to connect from one terminal to one compute.

import { z } from 'zod';
import type { CatalogueSnapshot } from '../../catalogue/endings/catalogue-snapshot.ts';
import { type ProvenSignIn, provenSignInSchema } from '../../catalogue/rights/proven-sign-in.ts';
import {
  type AccountId,
  type ComputeId,
  type GrantId,
  idSchema,
  type LoginRequestId,
  type ProjectId,
  type UserId,
} from '../../ids.ts';
import { agentSchema, snapshotSchema } from '../request/approval-schema.ts';
import { localitySchema } from '../request/locality.ts';
import type { Access } from '../request/login-request.ts';
import type { Terminal } from '../request/terminal.ts';

export interface GrantTerms extends Terminal {
  readonly id: GrantId;
  readonly userId: UserId;
  readonly personEmail: string;
  /** The terminal's, normalised; IPv6 counts by its /64. */
  readonly address: string;
  readonly computeId: ComputeId;
  readonly projectId: ProjectId;
  readonly accountId: AccountId;
  /** Null: any database. */
  readonly database: string | null;
  readonly databaseRole: string | null;
  readonly access: Access;
  /** As in the approval; the terminal itself said nothing of an agent. */
  readonly forAgent?: boolean | undefined;
  /** The login request whose approval created it. */
  readonly loginRequestId: LoginRequestId | null;
  readonly rightAsOf: CatalogueSnapshot | null;
  /** How the person had signed in; absent in records of older versions. */
  readonly signIn?: ProvenSignIn | undefined;
}

export interface GrantDraft extends GrantTerms {
  readonly lifeMs: number;
  /** The longest that the policy of account and compute allows; 0 disables grants. */
  readonly longestGrantMs: number;
  readonly usesLeft: number | null;
}

export interface Grant extends GrantTerms {
  readonly createdAt: Date;
  readonly until: Date;
  /** Null: any number. At 0 it admits nobody and stays listed until it expires. */
  readonly usesLeft: number | null;
  readonly usedCount: number;
  readonly lastUsedAt: Date | null;
}

const termsSchema: z.ZodType<GrantTerms> = z.object({
  id: idSchema<GrantId>(),
  userId: idSchema<UserId>(),
  personEmail: z.string(),
  address: z.string(),
  locality: localitySchema.optional(),
  key: z.string().nullish(),
  requestedUser: z.string(),
  application: z.string().nullable(),
  agent: agentSchema,
  computeId: idSchema<ComputeId>(),
  projectId: idSchema<ProjectId>(),
  accountId: idSchema<AccountId>(),
  database: z.string().nullable(),
  databaseRole: z.string().nullable(),
  access: z.enum(['read_write', 'read_only']),
  forAgent: z.boolean().optional(),
  loginRequestId: idSchema<LoginRequestId>().nullable(),
  rightAsOf: snapshotSchema,
  signIn: provenSignInSchema.optional(),
});

const hashSchema = z.object({
  terms: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(termsSchema),
  created_at: milliseconds(),
  until: milliseconds(),
  uses_left: z.coerce.number().int().optional(),
  used_count: z.coerce.number().int(),
  last_used_at: milliseconds().optional(),
});

/** Null for an empty hash. Throws ZodError for one that is not ours. */
export function parseGrant(fields: Readonly<Record<string, string>>): Grant | null {
  if (Object.keys(fields).length === 0) return null;
  const hash = hashSchema.parse(fields);
  return {
    ...hash.terms,
    createdAt: hash.created_at,
    until: hash.until,
    usesLeft: hash.uses_left ?? null,
    usedCount: hash.used_count,
    lastUsedAt: hash.last_used_at ?? null,
  };
}

/** A grant for one database does not stretch to another; null: none was named. */
export function admits(grant: Grant, requestedDatabase: string | null): boolean {
  const hasUses = grant.usesLeft === null || grant.usesLeft > 0;
  const isItsDatabase = grant.database === null || requestedDatabase === null || grant.database === requestedDatabase;
  return hasUses && isItsDatabase;
}

function milliseconds() {
  return z.coerce
    .number()
    .int()
    .transform((ms) => new Date(ms));
}
