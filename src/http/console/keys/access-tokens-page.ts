// Access tokens: passwords for clients that show no link, or trust in an issuer. A personal account
// lists the person's own, for every compute the person may use; an organization all tokens for its
// computes.

import { AccessTokensPage } from '../../../../web/pages/console/keys/access-tokens-page.tsx';
import { revokeAccessToken } from '../../../actions/keys/change-keys.ts';
import type { AccessToken } from '../../../catalogue/access/access-token-rows.ts';
import { listAccessTokensOfAccount, listOwnAccessTokens } from '../../../catalogue/access/access-tokens.ts';
import { accountResource, notFound } from '../../../catalogue/rights/permissions.ts';
import { PosternError } from '../../../errors.ts';
import { type AccessTokenId, idFrom, personalAccountId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type AccountCall, type Again, goTo, param, sendConfirmation } from '../shell/console-call.ts';
import { listingOf } from '../shell/listing.ts';
import { accountView, belowTabView } from '../shell/open-console-view.ts';
import { whoIsConnected } from '../shell/who-is-connected.ts';
import { namesOfComputes } from './names-of-computes.ts';

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
    issuer: token.workload === null ? null : cleanForPage(token.workload.issuer),
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
