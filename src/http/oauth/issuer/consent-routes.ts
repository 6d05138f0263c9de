// The page on which a signed-in person lets a program act for them, or not. It works without
// scripts, and leads back to the program by a page of ours, since no form leads to another site.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { ConsentPage } from '../../../../web/pages/consent-page.tsx';
import { giveConsent } from '../../../actions/oauth/change-consents.ts';
import { listOrganizationsOf } from '../../../catalogue/accounts/organizations.ts';
import { PosternError } from '../../../errors.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { keptForm, NOT_DONE } from '../../forms/kept-form.ts';
import { auditContextOfPerson, contextOf, requireSession } from '../../request/request-context.ts';
import { sendLeavingPage } from '../../sign-in/leave-for-issuer.ts';
import type { SignInParts } from '../../sign-in/sign-in-steps.ts';
import type { TokenIssuer } from './issuer.ts';
import { PATHS } from './paths.ts';
import { rightsByThing } from './scopes-in-words.ts';

const PATH = `${PATHS.consent}/:uid`;
const ORGANIZATIONS_SHOWN = 5;

const paramsSchema = z.object({ client_id: z.string(), redirect_uri: z.string(), scope: z.string().default('') });
const formSchema = z.object({ decision: z.enum(['allow', 'deny']) });

interface ConsentParts extends SignInParts {
  readonly issuer: TokenIssuer;
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

export function consentRoutes(parts: ConsentParts): Router {
  const router = createRouter();
  router.get(PATH, (request, response) => show(parts, { request, response }));
  router.post(PATH, (request, response) => decide(parts, { request, response }));
  return router;
}

async function show(parts: ConsentParts, exchange: Exchange): Promise<void> {
  const { deps, renderer, address } = parts;
  const { request, response } = exchange;
  const { user } = requireSession(response);
  const { clientId, scopes, redirectUri, ...asked } = await getRequest(parts, exchange);
  const name = cleanForPage(clientId);
  if (asked.isAnswered) {
    const text = 'You can close this page once the program has gone on.';
    return sendLeavingPage(parts, exchange, {
      name,
      url: asked.returnTo,
      title: `Back to ${name}`,
      text,
      how: 'at_once',
    });
  }
  const organizations = await listOrganizationsOf(deps.catalogue, user.id);
  renderer.send(request, response, ConsentPage, {
    path: request.path,
    program: name,
    email: cleanForPage(user.email),
    host: new URL(redirectUri).host,
    organizations: organizations.slice(0, ORGANIZATIONS_SHOWN).map((organization) => cleanForPage(organization.name)),
    hiddenOrganizations: Math.max(0, organizations.length - ORGANIZATIONS_SHOWN),
    rights: rightsByThing(scopes),
    problem: keptForm(request, address) === null ? null : NOT_DONE,
  });
}

async function decide(parts: ConsentParts, exchange: Exchange): Promise<void> {
  const { deps, issuer } = parts;
  const { request, response } = exchange;
  const context = await auditContextOfPerson(deps.catalogue, response);
  const form = formSchema.safeParse(request.body ?? {});
  if (!form.success) return response.redirect(303, request.path);
  const { decision } = form.data;
  const { clientId, scopes, isAnswered } = await getRequest(parts, exchange);
  if (isAnswered) return response.redirect(303, request.path);
  if (decision === 'deny') {
    const refusal = { error: 'access_denied', error_description: 'the person said no' };
    await issuer.answerRequest(exchange, refusal);
    return response.redirect(303, request.path);
  }
  const { user, signIn } = requireSession(response);
  const grantId = await giveConsent(deps, context, { clientId, scopes, from: contextOf(response).address });
  const ts = signIn.at === null ? {} : { ts: Math.floor(signIn.at.getTime() / 1_000) };
  await issuer.answerRequest(exchange, { login: { accountId: user.id, remember: false, ...ts }, consent: { grantId } });
  response.redirect(303, request.path);
}

/** Throws `consent_over`. */
async function getRequest({ issuer, address }: ConsentParts, exchange: Exchange) {
  const found = await issuer.findRequest(exchange);
  const params = paramsSchema.safeParse(found?.params);
  if (found === null || !params.success) throw new PosternError('consent_over');
  const { pathname } = new URL(found.returnTo);
  return {
    clientId: params.data.client_id,
    redirectUri: params.data.redirect_uri,
    scopes: params.data.scope.split(' ').filter((scope) => scope !== ''),
    isAnswered: found.result !== undefined,
    returnTo: new URL(pathname, address.url),
  };
}
