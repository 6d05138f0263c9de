// Creates an access token: compute, access, networks, life. Its secret is shown once.

import { z } from 'zod';
import { NewAccessTokenPage } from '../../../../web/pages/console/keys/new-access-token-page.tsx';
import { SecretPage } from '../../../../web/pages/console/secret-page.tsx';
import { createAccessToken } from '../../../actions/keys/access-tokens.ts';
import type { AccessToken } from '../../../catalogue/access/access-token-rows.ts';
import { listTargets } from '../../../catalogue/access/targets.ts';
import { accountResource, requireMay } from '../../../catalogue/rights/permissions.ts';
import { publicPgHost } from '../../../config/public-address.ts';
import { type ComputeId, idFrom } from '../../../ids.ts';
import type { Secret } from '../../../secret.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type AccountCall, type Again, parseForm, queryText } from '../shell/console-call.ts';
import { deeperView } from '../shell/open-console-view.ts';

const DAY_MS = 24 * 3_600_000;

const optionalText = z
  .string()
  .trim()
  .max(256)
  .default('')
  .transform((text) => (text === '' ? null : text));
const tokenSchema = z.object({
  name: z.string().max(256),
  compute_id: z.string().max(64),
  access: z.enum(['read_write', 'read_only']),
  database: optionalText,
  role: optionalText,
  days: z.coerce.number().int(),
  networks: z
    .string()
    .max(8_000)
    .default('')
    .transform((text) => text.split(/[\s,;]+/).filter((part) => part !== '')),
  max_connections: z.coerce.number().int(),
});

export async function showNewToken(call: AccountCall, again?: Again): Promise<void> {
  const { parts, request, response, person, account, base } = call;
  if (account.kind === 'organization') requireMay(person, 'access_tokens.create', accountResource(account.id));
  parts.renderer.send(request, response, NewAccessTokenPage, {
    view: belowTokensView(call, 'New token', again),
    path: `${base}/access-tokens`,
    computes: await computeChoices(call),
    picked: again?.typed.compute_id ?? queryText(call, 'compute'),
    isForAccount: account.kind === 'organization',
    typed: again?.typed ?? {},
  });
}

/** Answers with the secret, which is shown once. */
export async function createToken(call: AccountCall): Promise<void> {
  const { parts, context, account } = call;
  const form = parseForm(call, tokenSchema);
  const { accessToken, secret } = await createAccessToken(parts, context, {
    name: form.name,
    computeId: idFrom<ComputeId>(form.compute_id),
    owner: account.kind === 'organization' ? 'account' : 'self',
    database: form.database,
    databaseRole: form.role,
    access: form.access,
    allowedNetworks: form.networks,
    maxConnections: form.max_connections,
    lifeMs: form.days * DAY_MS,
  });
  sendToken(call, accessToken, secret);
}

export function belowTokensView(call: AccountCall, label: string, again?: Again) {
  const crumbs = [
    { label: 'Access tokens', href: `${call.base}/access-tokens` },
    { label, href: call.request.path },
  ];
  return deeperView(call, { crumbs }, again?.notice ?? null);
}

function sendToken(call: AccountCall, token: AccessToken, secret: Secret): void {
  const { parts, request, response, base } = call;
  const host = publicPgHost(parts.config, parts.address);
  const place = `${host}:${parts.config.pg.port}`;
  const uri = `postgresql://${token.id}:${secret.reveal()}@${place}/?sslmode=require`;
  parts.renderer.send(request, response, SecretPage, {
    view: belowTokensView(call, 'New token'),
    title: `Access token ${cleanForPage(token.name)}`,
    lead: 'Copy the password now: it is shown this once. The user name leads to the compute, whatever the database.',
    lines: [
      { label: 'User name', text: token.id },
      { label: 'Password', text: secret.reveal() },
      { label: 'psql', text: `psql "${uri}"` },
    ],
    backPath: `${base}/access-tokens`,
  });
}

/**
 * A personal account offers everything that the person may connect to, an organization its own
 * computes.
 */
async function computeChoices({ parts, person, account }: AccountCall) {
  const targets = await listTargets(parts.catalogue, person);
  const offered = account.kind === 'organization' ? targets.filter(({ id }) => id === account.id) : targets;
  return offered.map((target) => ({
    account: cleanForPage(target.name),
    computes: target.projects.flatMap((project) =>
      project.computes.map((compute) => ({
        value: compute.id,
        label: `${cleanForPage(project.name)}, ${cleanForPage(compute.name)}`,
      })),
    ),
  }));
}
