// Why a person may or may not reach a compute, with the rule that says so.

import { z } from 'zod';
import { explainAccess } from '../../../catalogue/explain/why.ts';
import { getCompute } from '../../../catalogue/projects/computes.ts';
import { RULE_DOORS } from '../../../catalogue/rights/access-rule.ts';
import { REFUSAL_CAUSES } from '../../../catalogue/rights/decide-access.ts';
import type { ComputeId, UserId } from '../../../ids.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { idField, momentField, projectParams } from '../call/field-shapes.ts';

const decisionShape = z
  .object({
    decision: z.enum(['allowed', 'may_ask', 'denied']),
    because: z.enum([...REFUSAL_CAUSES, 'no_rule', 'stranger', 'unproven']).optional(),
    rule_id: z.string().optional(),
    break_glass_id: z.string().optional().meta({ description: 'The broken glass that alone allows it.' }),
    sentence: z.string(),
    obstacles: z.array(z.string()).meta({ description: 'What the policies of account and compute refuse besides.' }),
  })
  .meta({ id: 'AccessDecision', description: 'Postern only.' });

export const DECISION_ROUTES = tagged('Access rules', [
  apiRoute('get', '/projects/{project_id}/access_decision', {
    operationId: 'getProjectAccessDecision',
    summary: 'Postern only: why a person may or may not reach a compute',
    params: projectParams,
    query: z.object({
      user_id: idField<UserId>(),
      endpoint_id: idField<ComputeId>(),
      door: z.enum(RULE_DOORS).default('link'),
      role_name: z.string().min(1).max(63).optional(),
      database_name: z.string().min(1).max(63).optional(),
      address: z.union([z.ipv4(), z.ipv6()]).optional(),
      at: momentField.optional(),
    }),
    reply: decisionShape,
    perform: async ({ catalogue, context }, { params, query }) => {
      const computeId = query.endpoint_id;
      await getCompute(catalogue, context, { computeId, projectId: params.project_id });
      const { decision, sentence, obstacles } = await explainAccess(catalogue, context, {
        computeId,
        who: { kind: 'person', userId: query.user_id },
        door: query.door,
        databaseRole: query.role_name ?? null,
        database: query.database_name ?? null,
        address: query.address ?? null,
        at: query.at === undefined ? catalogue.clock.now() : new Date(query.at),
      });
      return {
        decision: decision.kind,
        ...(decision.kind === 'denied' && { because: decision.because }),
        ...(decision.rule !== null && { rule_id: decision.rule.id }),
        ...(decision.kind === 'allowed' && decision.glassId !== null && { break_glass_id: decision.glassId }),
        sentence,
        obstacles: [...obstacles],
      };
    },
  }),
]);
