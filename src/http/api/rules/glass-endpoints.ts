// People who may break the glass, and what was broken. Breaking and reviewing it takes a browser.

import { z } from 'zod';
import { nameGlassPerson, unnameGlassPerson } from '../../../actions/asking/break-glass.ts';
import { type GlassPerson, listGlassPeople } from '../../../catalogue/asking/glass-people.ts';
import { listBrokenGlass } from '../../../catalogue/asking/request-lists.ts';
import type { UserId } from '../../../ids.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { idField, timeField } from '../call/field-shapes.ts';
import { onWire } from '../call/on-wire.ts';
import { organizationParams } from '../organizations/organization-endpoints.ts';
import { requestOnWire, requestsShape } from './request-endpoints.ts';

const OURS = 'Postern only: ';

const personShape = z
  .object({
    user_id: z.string(),
    name: z.string(),
    email: z.string(),
    named_by: z.string().nullable().meta({ description: 'The name of that admin; null when gone.' }),
    named_at: timeField,
  })
  .meta({ id: 'BreakGlassPerson', description: 'Postern only.' });

export const GLASS_ROUTES = tagged('Access rules', [
  apiRoute('get', '/organizations/{org_id}/break_glass_people', {
    operationId: 'listBreakGlassPeople',
    summary: `${OURS}who may break the glass in an organization, by name`,
    params: organizationParams,
    reply: z.object({ break_glass_people: z.array(personShape) }),
    perform: async ({ catalogue, context }, { params }) => ({
      break_glass_people: (await listGlassPeople(catalogue, context, params.org_id)).map(personOnWire),
    }),
  }),
  apiRoute('post', '/organizations/{org_id}/break_glass_people', {
    operationId: 'nameBreakGlassPerson',
    summary: `${OURS}names a member who may break the glass`,
    status: 201,
    params: organizationParams,
    body: z.strictObject({ user_id: idField<UserId>() }),
    reply: personShape,
    perform: async (call, { params, body }) =>
      personOnWire(await nameGlassPerson(call, call.context, { accountId: params.org_id, userId: body.user_id })),
  }),
  apiRoute('delete', '/organizations/{org_id}/break_glass_people/{user_id}', {
    operationId: 'removeBreakGlassPerson',
    summary: `${OURS}takes that back, and ends what the person has broken`,
    params: organizationParams.extend({ user_id: idField<UserId>() }),
    reply: personShape,
    perform: async (call, { params }) =>
      personOnWire(await unnameGlassPerson(call, call.context, { accountId: params.org_id, userId: params.user_id })),
  }),
  apiRoute('get', '/organizations/{org_id}/broken_glass', {
    operationId: 'listBrokenGlass',
    summary: `${OURS}what glass was broken in an organization, the newest first, with the reviews`,
    params: organizationParams,
    reply: requestsShape,
    perform: async (call, { params }) => {
      const broken = await listBrokenGlass(call.catalogue, call.context, params.org_id);
      return { access_requests: broken.map((request) => requestOnWire(call, request)) };
    },
  }),
]);

function personOnWire(person: GlassPerson): z.input<typeof personShape> {
  return onWire(personShape, person);
}
