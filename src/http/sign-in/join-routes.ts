// After a sign-in at an identity provider: the organizations that the person may join, asked once.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { JoinPage } from '../../../web/pages/join-page.tsx';
import { acceptJoinOffer, declineJoinOffers } from '../../actions/organizations/change-joining.ts';
import { listJoinOffers } from '../../catalogue/joining/join-offers.ts';
import { loadPersonActor } from '../../catalogue/rights/actors.ts';
import { idFrom, type JoinRuleId, type UserId } from '../../ids.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { keptForm, NOT_DONE } from '../forms/kept-form.ts';
import { auditContextOfPerson } from '../request/request-context.ts';
import { safeNext } from '../request/safe-next.ts';
import { isSameIssuer } from './issuers.ts';
import type { SignInParts } from './sign-in-steps.ts';

const JOIN_PATH = '/sign-in/join';
const formSchema = z.object({ rule: z.string().max(64).optional(), next: z.unknown().optional() });

export function joinRoutes(parts: SignInParts): Router {
  const router = createRouter();
  router.get(JOIN_PATH, (request, response) => show(parts, request, response));
  router.post(JOIN_PATH, (request, response) => answer(parts, request, response));
  return router;
}

/** The page of offers where the person was not asked about one yet, else the next page. */
export async function offerPath({ deps }: SignInParts, userId: UserId, next: string): Promise<string> {
  const { catalogue } = deps;
  const actor = await loadPersonActor(catalogue, userId);
  const context = { actor, requestId: null, browserIp: null, userAgent: null };
  const offers = actor === null ? [] : await listJoinOffers(catalogue, { ...context, actor }, 'asked');
  return offers.length === 0 ? next : `${JOIN_PATH}?next=${encodeURIComponent(next)}`;
}

async function show(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const { deps, renderer, issuers, address } = parts;
  const kept = keptForm(request, address);
  const next = safeNext(kept?.typed.next ?? request.query.next);
  const offers = await listJoinOffers(deps.catalogue, await auditContextOfPerson(deps.catalogue, response));
  if (offers.length === 0 && kept === null) return response.redirect(303, next);
  renderer.send(request, response, JoinPage, {
    next,
    problem: kept === null ? null : NOT_DONE,
    offers: offers.map(({ ruleId, organization, kind, value, issuer, madeBy }) => ({
      ruleId,
      organization: cleanForPage(organization),
      kind,
      value: cleanForPage(value),
      issuer: issuers.all.find(({ config }) => isSameIssuer(config.issuer, issuer))?.config.name ?? issuer,
      madeBy: madeBy === null ? null : cleanForPage(madeBy),
    })),
  });
}

async function answer({ deps }: SignInParts, request: Request, response: Response): Promise<void> {
  const context = await auditContextOfPerson(deps.catalogue, response);
  const { rule, next: asked } = formSchema.parse(request.body ?? {});
  const next = safeNext(asked);
  if (rule === undefined) {
    await declineJoinOffers(deps, context);
    return response.redirect(303, next);
  }
  await acceptJoinOffer(deps, context, { ruleId: idFrom<JoinRuleId>(rule) });
  const others = await listJoinOffers(deps.catalogue, context, 'asked');
  response.redirect(303, others.length === 0 ? next : `${JOIN_PATH}?next=${encodeURIComponent(next)}`);
}
