// Whether an organization asks its people for a second factor, and who has none.

import { z } from 'zod';
import { demandSecondFactor } from '../../../actions/organizations/demand-second-factor.ts';
import { findSecondFactorDemand, type SecondFactorDemand } from '../../../catalogue/people/second-factor-demand.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { organizationParams } from './organization-endpoints.ts';

const OURS = 'Postern only: ';

const demandShape = z
  .object({
    demanded: z.boolean(),
    people_without: z
      .array(
        z.object({
          user_id: z.string(),
          name: z.string(),
          email: z.string(),
          relation: z.enum(['admin', 'member', 'guest']),
        }),
      )
      .meta({ description: 'Members and guests without a second factor, whom the demand shuts out.' }),
  })
  .meta({ id: 'SecondFactorDemand', description: 'Postern only.' });

export const SECOND_FACTOR_ROUTES = tagged('Organizations', [
  apiRoute('get', '/organizations/{org_id}/second_factor', {
    operationId: 'getSecondFactorDemand',
    summary: `${OURS}whether an organization asks its people for a second factor, and who has none`,
    params: organizationParams,
    reply: demandShape,
    perform: async ({ catalogue, context }, { params }) =>
      demandOnWire(await findSecondFactorDemand(catalogue, context, params.org_id)),
  }),
  apiRoute('patch', '/organizations/{org_id}/second_factor', {
    operationId: 'updateSecondFactorDemand',
    summary: `${OURS}asks for it, which ends what those without one had, or asks no longer`,
    params: organizationParams,
    body: z.strictObject({ demanded: z.boolean() }),
    reply: demandShape,
    perform: async (call, { params, body }) => {
      const wish = { accountId: params.org_id, isDemanded: body.demanded };
      return demandOnWire(await demandSecondFactor(call, call.context, wish));
    },
  }),
]);

function demandOnWire({ isDemanded, without }: SecondFactorDemand): z.input<typeof demandShape> {
  return {
    demanded: isDemanded,
    people_without: without.map(({ userId, ...person }) => ({ user_id: userId, ...person })),
  };
}
