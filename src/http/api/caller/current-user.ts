// The calling person and the limits that the plan of the personal account sets.

import { z } from 'zod';
import { type Account, getAccount } from '../../../catalogue/accounts/accounts.ts';
import { type LinkedIdentity, listIdentities } from '../../../catalogue/accounts/identities.ts';
import { getUser, type User } from '../../../catalogue/accounts/users.ts';
import { INSTALLATION, requireMay } from '../../../catalogue/rights/permissions.ts';
import { PLAN_TERMS } from '../../../catalogue/rights/plans.ts';
import { personalAccountId } from '../../../ids.ts';
import { requirePerson } from '../call/api-call.ts';
import { apiRoute } from '../call/api-route.ts';
import { emailField } from '../call/field-shapes.ts';

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

export const getCurrentUser = apiRoute({
  method: 'get',
  path: '/users/me',
  operationId: 'getCurrentUserInfo',
  summary: 'The calling person',
  tag: 'Caller',
  status: 200,
  reply: currentUserShape,
  perform: async ({ catalogue, context }) => {
    requireMay(context.actor, 'self.read', INSTALLATION);
    const { userId } = requirePerson(context);
    const [user, account, identities] = await Promise.all([
      getUser(catalogue, userId),
      getAccount(catalogue, context, personalAccountId(userId)),
      listIdentities(catalogue, userId),
    ]);
    return currentUserOf({ user, account, identities });
  },
});

function currentUserOf(found: {
  readonly user: User;
  readonly account: Account;
  readonly identities: readonly LinkedIdentity[];
}): z.input<typeof currentUserShape> {
  const { user, account, identities } = found;
  const terms = PLAN_TERMS[account.plan];
  const { id, email, image, name } = user;
  return {
    id,
    email,
    login: email,
    name,
    last_name: '',
    image,
    auth_accounts: identities.map((identity) => ({
      email: identity.email ?? email,
      image,
      login: identity.subject,
      name,
      provider: 'keycloak',
    })),
    active_seconds_limit: 0,
    compute_seconds_limit: 0,
    projects_limit: terms.projectsLimit ?? NO_LIMIT,
    branches_limit: BRANCHES_PER_PROJECT,
    max_autoscaling_limit: terms.maxAutoscalingCu,
    plan: account.plan,
  };
}
