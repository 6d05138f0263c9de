// How an approval reads back from Redis, also one of a version before this.

import { z } from 'zod';
import { parseSnapshot } from '../../catalogue/endings/catalogue-snapshot.ts';
import { provenSignInSchema } from '../../catalogue/rights/proven-sign-in.ts';
import { type AccessRequestId, type ComputeId, type GrantId, idSchema, type UserId } from '../../ids.ts';
import type { Approval, Submission } from './login-request.ts';

// Absent in records written by older versions.
export const snapshotSchema = z
  .string()
  .nullable()
  .default(null)
  .transform((text) => (text === null ? null : parseSnapshot(text)));

export const approvalSchema: z.ZodType<Approval> = z.object({
  userId: idSchema<UserId>(),
  computeId: idSchema<ComputeId>(),
  database: z.string().nullable(),
  databaseRole: z.string().nullable(),
  access: z.enum(['read_write', 'read_only']),
  browserAddress: z.string(),
  rightAsOf: snapshotSchema,
  signIn: provenSignInSchema.optional(),
  remember: z.enum(['once', '15m', '1h', '8h']),
  grantId: idSchema<GrantId>().nullable(),
  forAgent: z.boolean().optional(),
  accessRequestId: idSchema<AccessRequestId>().optional(),
});

export const agentSchema = z.object({ name: z.string(), reason: z.string().nullable() }).nullish();

export const submissionSchema: z.ZodType<Submission> = z.object({
  accessRequestId: idSchema<AccessRequestId>(),
  approval: approvalSchema,
  asked: z.string(),
  needed: z.number(),
  waitMs: z.number(),
  agreed: z.array(z.string()),
  denial: z.object({ by: z.string(), answer: z.string() }).nullable(),
});
