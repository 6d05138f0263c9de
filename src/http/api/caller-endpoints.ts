// The caller: its credential, its person with the plan's limits, and regions for new projects.

import { z } from 'zod';
import { getAccount } from '../../catalogue/accounts/accounts.ts';
import { listIdentities } from '../../catalogue/accounts/own-identities.ts';
import { getUser } from '../../catalogue/accounts/users.ts';
import { INSTALLATION, requireMay } from '../../catalogue/rights/permissions.ts';
import { PLAN_TERMS } from '../../catalogue/rights/plans.ts';
import { personalAccountId } from '../../ids.ts';
import { accountOfCall, requirePerson } from './call/api-call.ts';
import { apiRoute, tagged } from './call/api-route.ts';
import { emailField } from './call/field-shapes.ts';

// The largest number that every client can hold means no limit.
const NO_LIMIT = 2_147_483_647;
const BRANCHES_PER_PROJECT = 1;

const authAccountShape = z.object({
  email: emailField,
  image: z.string(),
  login: z.string(),
  name: z.string(),
  // Neon API 2.7.3: IdentityProviderId; its generic OpenID Connect provider.
  provider: z.literal('keycloak'),
});

// Neon API 2.7.3: CurrentUserInfoResponse
const currentUserShape = z
  .object({
    id: z.string(),
    email: emailField,
    login: z.string(),
    name: z.string(),
    last_name: z.string(),
    image: z.string(),
    auth_accounts: z.array(authAccountShape),
    active_seconds_limit: z.int(),
    compute_seconds_limit: z.int(),
    projects_limit: z.int(),
    branches_limit: z.int(),
    max_autoscaling_limit: z.number(),
    plan: z.string(),
  })
  .meta({ id: 'CurrentUser' });

// Neon API 2.7.3: AuthDetailsResponse
const authDetailsShape = z
  .object({
    account_id: z.string(),
    auth_method: z.enum(['session_cookie', 'api_key_user', 'api_key_org', 'oauth', 'keycloak']),
  })
  .meta({ id: 'AuthDetails' });

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

export const CALLER_ROUTES = tagged('Caller', [
  apiRoute('get', '/users/me', {
    operationId: 'getCurrentUserInfo',
    summary: 'The calling person',
    reply: currentUserShape,
    perform: async ({ catalogue, context }) => {
      requireMay(context.actor, 'self.read', INSTALLATION);
      const { userId } = requirePerson(context);
      const [user, account, identities] = await Promise.all([
        getUser(catalogue, userId),
        getAccount(catalogue, context, personalAccountId(userId)),
        listIdentities(catalogue, userId),
      ]);
      const { email, image, name } = user;
      const auth_accounts = identities.map((identity) => {
        return { email: identity.email ?? email, image, login: identity.subject, name, provider: 'keycloak' as const };
      });
      const terms = PLAN_TERMS[account.plan];
      return {
        ...{ id: userId, email, login: email, name, last_name: '', image, auth_accounts },
        active_seconds_limit: 0,
        compute_seconds_limit: 0,
        projects_limit: terms.projectsLimit ?? NO_LIMIT,
        branches_limit: BRANCHES_PER_PROJECT,
        max_autoscaling_limit: terms.maxAutoscalingCu,
        plan: account.plan,
      };
    },
  }),
  apiRoute('get', '/auth', {
    operationId: 'getAuthDetails',
    summary: 'The credential of this call',
    reply: authDetailsShape,
    perform: async (call) => ({ account_id: accountOfCall(call), auth_method: call.caller.authMethod }),
  }),
  apiRoute('get', '/regions', {
    operationId: 'getActiveRegions',
    summary: 'Regions for new projects',
    query: z.object({ org_id: z.string().optional() }),
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
  }),
]);
