// Access tokens: passwords for clients that show no link. A personal account lists the person's
// own, for every compute the person may use; an organization lists all tokens for its computes.

import { AccessTokensPage } from '../../../../web/pages/console/keys/access-tokens-page.tsx';
import { revokeAccessToken } from '../../../actions/keys/access-tokens.ts';
import type { AccessToken } from '../../../catalogue/access/access-token-rows.ts';
import { listAccessTokensOfAccount, listOwnAccessTokens } from '../../../catalogue/access/access-tokens.ts';
import { findComputes, shownName } from '../../../catalogue/projects/compute-rows.ts';
import { findProjects } from '../../../catalogue/projects/projects.ts';
import { accountResource, notFound } from '../../../catalogue/rights/permissions.ts';
import { PosternError } from '../../../errors.ts';
import { type AccessTokenId, type ComputeId, idFrom, personalAccountId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type AccountCall, type Again, goTo, param, sendConfirmation } from '../shell/console-call.ts';
import { accountView } from '../shell/open-console-view.ts';
import { belowTokensView } from './new-access-token.ts';

export async function showAccessTokens(call: AccountCall, again?: Again): Promise<void> {
  const { parts, request, response, account, base, now } = call;
  const tokens = await listTokens(call);
  const places = await namesOfComputes(call, [...new Set(tokens.map(({ computeId }) => computeId))]);
  parts.renderer.send(request, response, AccessTokensPage, {
    view: accountView(call, 'access-tokens', again?.notice ?? null),
    path: `${base}/access-tokens`,
    kind: account.kind,
    tokens: tokens.map((token) => ({
      id: token.id,
      name: cleanForPage(token.name),
      owner: token.owner.kind,
      place: places.get(token.computeId) ?? token.computeId,
      access: token.access,
      expiresAt: token.expiresAt,
      isExpired: token.expiresAt <= now,
      lastUsedAt: token.lastUsedAt,
      lastUsedFrom: token.lastUsedFrom,
    })),
    now,
  });
}

export async function askRevokeToken(call: AccountCall, again?: Again): Promise<void> {
  const token = await requireToken(call);
  sendConfirmation(call, {
    view: belowTokensView(call, 'Revoke token', again),
    title: `Revoke access token ${cleanForPage(token.name)}?`,
    text: 'Programs that use it are refused from now on, and their connections end now.',
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

/** `shop, main` for each compute that still exists. */
async function namesOfComputes({ parts }: AccountCall, ids: readonly ComputeId[]): Promise<Map<ComputeId, string>> {
  const { db } = parts.catalogue;
  const computes = await findComputes(db, ids);
  const projectIds = [...computes.values()].map(({ projectId }) => projectId);
  const projects = await findProjects(db, projectIds);
  return new Map(
    ids.map((id): [ComputeId, string] => {
      const compute = computes.get(id);
      const project = compute === undefined ? undefined : projects.get(compute.projectId);
      if (compute === undefined || project === undefined) return [id, id];
      return [id, `${cleanForPage(project.name)}, ${cleanForPage(shownName(compute))}`];
    }),
  );
}
