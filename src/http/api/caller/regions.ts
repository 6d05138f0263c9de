// The regions in which projects can be hosted: the labels that the operator gave the hosts.

import { z } from 'zod';
import { INSTALLATION, requireMay } from '../../../catalogue/rights/permissions.ts';
import { apiRoute } from '../call/api-route.ts';

// Neon API 2.7.3: RegionResponse; coordinates stay empty, since the location of servers is private.
const regionShape = z
  .object({
    region_id: z.string(),
    name: z.string(),
    default: z.boolean(),
    geo_lat: z.string(),
    geo_long: z.string(),
    pg_versions: z.array(z.int()).meta({ description: 'Postern only: major versions that a project can have here.' }),
  })
  .meta({ id: 'Region' });

export const listRegions = apiRoute({
  method: 'get',
  path: '/regions',
  operationId: 'getActiveRegions',
  summary: 'Regions for new projects',
  tag: 'Caller',
  query: z.object({ org_id: z.string().optional() }),
  status: 200,
  reply: z.object({ regions: z.array(regionShape) }),
  perform: async ({ provisioning, context }) => {
    requireMay(context.actor, 'regions.list', INSTALLATION);
    const regions = provisioning.listRegions().map((region) => ({
      region_id: region.regionId,
      name: region.regionId,
      default: region.isDefault,
      geo_lat: '',
      geo_long: '',
      pg_versions: [...region.pgVersions],
    }));
    return { regions };
  },
});
