// The forms for an access token: with a secret, which is shown once, or by trust in an issuer.

import { z } from 'zod';
import { NewAccessTokenPage } from '../../../../web/pages/console/keys/new-access-token-page.tsx';
import { TrustWorkloadPage } from '../../../../web/pages/console/keys/trust-workload-page.tsx';
import { SecretPage } from '../../../../web/pages/console/secret-page.tsx';
import { createAccessToken, trustWorkload } from '../../../actions/keys/change-keys.ts';
import type { AccessToken } from '../../../catalogue/access/access-token-rows.ts';
import { listTargets } from '../../../catalogue/access/targets.ts';
import { accountResource, requireMay } from '../../../catalogue/rights/permissions.ts';
import { parseConditions } from '../../../catalogue/rights/workload.ts';
import { certificateKind, publicPgHost, publicPgPort } from '../../../config/public-address.ts';
import { parseDuration } from '../../../duration.ts';
import { type ComputeId, idFrom } from '../../../ids.ts';
import type { Secret } from '../../../secret.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type AccountCall, type Again, goTo, parseForm, queryText } from '../shell/console-call.ts';
import { belowTabView } from '../shell/open-console-view.ts';
import { tokenSamples } from './token-samples.ts';

const DAY_MS = 24 * 3_600_000;

const optionalText = z
  .string()
  .trim()
  .max(256)
  .default('')
  .transform((text) => (text === '' ? null : text));
const reachSchema = z.object({
  name: z.string().max(256),
  compute_id: z.string().max(64),
  access: z.enum(['read_write', 'read_only']),
  database: optionalText,
  role: optionalText,
  networks: z
    .string()
    .max(8_000)
    .default('')
    .transform((text) => text.split(/[\s,;]+/).filter((part) => part !== '')),
  max_connections: z.coerce.number().int(),
});
const tokenSchema = reachSchema.extend({ days: z.coerce.number().int() });
const trustSchema = reachSchema.extend({
  issuer: z.string().max(1_024),
  audience: z.string().max(1_024),
  conditions: z
    .string()
    .max(8_000)
    .transform((text) => text.split(/[\r\n]+/).filter((line) => line.trim() !== '')),
  longest: z.string().max(16).default('').transform(parseDuration),
});

export async function showNewToken(call: AccountCall, again?: Again): Promise<void> {
  const { parts, request, response } = call;
  parts.renderer.send(request, response, NewAccessTokenPage, await formProps(call, 'New token', again));
}

export async function showTrust(call: AccountCall, again?: Again): Promise<void> {
  const { parts, request, response } = call;
  parts.renderer.send(request, response, TrustWorkloadPage, await formProps(call, 'Trust a workload', again));
}

async function formProps(call: AccountCall, crumb: string, again?: Again) {
  const { person, account, base } = call;
  if (account.kind === 'organization') requireMay(person, 'access_tokens.create', accountResource(account.id));
  return {
    view: belowTabView(call, ['access-tokens', crumb], again),
    path: `${base}/access-tokens`,
    computes: await computeChoices(call),
    picked: again?.typed.compute_id ?? queryText(call, 'compute'),
    isForAccount: account.kind === 'organization',
    typed: again?.typed ?? {},
  };
}

export async function createToken(call: AccountCall): Promise<void> {
  const { parts, context } = call;
  const form = parseForm(call, tokenSchema);
  const input = { ...reachOf(call, form), lifeMs: form.days * DAY_MS };
  const { accessToken, secret } = await createAccessToken(parts, context, input);
  await sendToken(call, accessToken, secret);
}

export async function createTrust(call: AccountCall): Promise<void> {
  const { parts, context, base } = call;
  const form = parseForm(call, trustSchema);
  const { issuer, audience, longest: longestConnectionMs } = form;
  const workload = { issuer, audience, conditions: parseConditions(form.conditions), longestConnectionMs };
  await trustWorkload(parts, context, { ...reachOf(call, form), workload });
  goTo(call, `${base}/access-tokens`, 'workload_trusted');
}

function reachOf({ account }: AccountCall, form: z.infer<typeof reachSchema>) {
  return {
    name: form.name,
    computeId: idFrom<ComputeId>(form.compute_id),
    owner: account.kind === 'organization' ? 'account' : 'self',
    database: form.database,
    databaseRole: form.role,
    access: form.access,
    allowedNetworks: form.networks,
    maxConnections: form.max_connections,
  } as const;
}

async function sendToken(call: AccountCall, token: AccessToken, secret: Secret): Promise<void> {
  const { parts, request, response, base } = call;
  const host = publicPgHost(parts.config, parts.address);
  const port = publicPgPort(parts.config);
  const certificate = certificateKind(parts.config);
  const password = secret.reveal();
  const place = { host, port, database: token.database, user: token.id, password, certificate } as const;
  await parts.renderer.sendOnce(request, response, SecretPage, {
    view: belowTabView(call, ['access-tokens', 'New token']),
    title: `Access token ${cleanForPage(token.name)}`,
    lead: 'Copy the password now. You won’t see it again.',
    lines: [
      { label: 'Password', text: password },
      { label: 'User name', text: token.id },
      { label: 'Host', text: host },
      { label: 'Port', text: String(port) },
      { label: 'Database', text: token.database ?? 'any database of the project' },
    ],
    clients: tokenSamples(place),
    backPath: `${base}/access-tokens`,
  });
}

/** All that the person may connect to; for an organization, its own computes. */
async function computeChoices({ parts, person, account }: AccountCall) {
  const targets = await listTargets(parts.catalogue, person, { door: 'token' });
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
