// Access tokens: passwords for clients that show no link. A personal account lists the person's
// own, for every compute the person may use; an organization lists all tokens for its computes.

import { z } from 'zod';
import { AccessTokensPage } from '../../../../web/pages/console/keys/access-tokens-page.tsx';
import { NewAccessTokenPage } from '../../../../web/pages/console/keys/new-access-token-page.tsx';
import { SecretPage } from '../../../../web/pages/console/secret-page.tsx';
import { createAccessToken, revokeAccessToken } from '../../../actions/keys/change-keys.ts';
import type { AccessToken } from '../../../catalogue/access/access-token-rows.ts';
import { listAccessTokensOfAccount, listOwnAccessTokens } from '../../../catalogue/access/access-tokens.ts';
import { listTargets } from '../../../catalogue/access/targets.ts';
import { accountResource, notFound, requireMay } from '../../../catalogue/rights/permissions.ts';
import { certificateKind, publicPgHost, publicPgPort } from '../../../config/public-address.ts';
import { PosternError } from '../../../errors.ts';
import { type AccessTokenId, type ComputeId, idFrom, personalAccountId } from '../../../ids.ts';
import type { Secret } from '../../../secret.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import {
  type AccountCall,
  type Again,
  goTo,
  param,
  parseForm,
  queryText,
  sendConfirmation,
} from '../shell/console-call.ts';
import { listingOf } from '../shell/listing.ts';
import { accountView, belowTabView } from '../shell/open-console-view.ts';
import { whoIsConnected } from '../shell/who-is-connected.ts';
import { namesOfComputes } from './names-of-computes.ts';
import { tokenSamples } from './token-samples.ts';

export async function showAccessTokens(call: AccountCall, again?: Again): Promise<void> {
  const { parts, request, response, account, base, now } = call;
  const tokens = await listTokens(call);
  const places = await namesOfComputes(parts.catalogue, [...new Set(tokens.map(({ computeId }) => computeId))]);
  const rows = tokens.map((token) => ({
    id: token.id,
    name: cleanForPage(token.name),
    owner: token.owner.kind,
    place: places.get(token.computeId) ?? token.computeId,
    access: token.access,
    expiresAt: token.expiresAt,
    isExpired: token.expiresAt <= now,
    lastUsedAt: token.lastUsedAt,
    lastUsedFrom: token.lastUsedFrom,
  }));
  parts.renderer.send(request, response, AccessTokensPage, {
    view: accountView(call, 'access-tokens', again),
    path: `${base}/access-tokens`,
    kind: account.kind,
    listing: listingOf(call, rows, {
      path: `${base}/access-tokens`,
      text: ({ name, place, id }) => `${name} ${place} ${id}`,
      sorts: {
        name: ({ name }) => name,
        place: ({ place }) => place,
        until: ({ expiresAt }) => expiresAt.getTime(),
        used: ({ lastUsedAt }) => lastUsedAt?.getTime() ?? 0,
      },
    }),
    now,
  });
}

export async function askRevokeToken(call: AccountCall, again?: Again): Promise<void> {
  const token = await requireToken(call);
  sendConfirmation(call, {
    view: belowTabView(call, ['access-tokens', 'Revoke token'], again),
    title: `Revoke access token ${cleanForPage(token.name)}?`,
    text: 'Programs that use it are refused from now on, and their connections end now.',
    touches: await whoIsConnected(call, { of: call.account.id, accessTokenId: token.id }),
    button: 'Revoke token',
    cancelPath: `${call.base}/access-tokens`,
  });
}

export async function revokeToken(call: AccountCall): Promise<void> {
  const { parts, context, base } = call;
  const { id } = await requireToken(call);
  await revokeAccessToken(parts, context, id);
  goTo(call, `${base}/access-tokens`, 'token_revoked');
}

async function listTokens({ parts, context, account, person }: AccountCall): Promise<AccessToken[]> {
  if (account.kind === 'organization') return listAccessTokensOfAccount(parts.catalogue, context, account.id);
  if (account.id !== personalAccountId(person.userId)) throw notFound(accountResource(account.id));
  return listOwnAccessTokens(parts.catalogue, context);
}

async function requireToken(call: AccountCall): Promise<AccessToken> {
  const id = idFrom<AccessTokenId>(param(call, 'tokenId'));
  const token = (await listTokens(call)).find((each) => each.id === id);
  if (token === undefined) throw new PosternError('not_found', { params: { thing: 'access token' } });
  return token;
}

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
    view: belowTabView(call, ['access-tokens', 'New token'], again),
    path: `${base}/access-tokens`,
    computes: await computeChoices(call),
    picked: again?.typed.compute_id ?? queryText(call, 'compute'),
    isForAccount: account.kind === 'organization',
    typed: again?.typed ?? {},
  });
}

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
  await sendToken(call, accessToken, secret);
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
