// Proof of a new e-mail address: the page behind the mailed link. Opening it changes nothing, since
// mail scanners open links, and only the person who asked, signed in, may go on.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { ConfirmEmailPage } from '../../../web/pages/confirm-email-page.tsx';
import { confirmEmailChange } from '../../actions/people/recover-account.ts';
import { findEmailChange } from '../../catalogue/people/email-changes.ts';
import { PosternError } from '../../errors.ts';
import { requireAllowed } from '../../limits/require-allowed.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { keptForm, NOT_DONE } from '../forms/kept-form.ts';
import { auditContextOfPerson, contextOf, requireSession } from '../request/request-context.ts';
import { type SignInParts, tokenOf } from './sign-in-steps.ts';

export function confirmEmailRoutes(parts: SignInParts): Router {
  const router = createRouter();
  router.get('/confirm-email/:token', (request, response) => showConfirmation(parts, request, response));
  router.post('/confirm-email/:token', (request, response) => confirm(parts, request, response));
  return router;
}

async function showConfirmation(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const { user } = requireSession(response);
  const { email } = await requireChange(parts, request, response);
  const problem = keptForm(request, parts.address) === null ? null : NOT_DONE;
  const facts = { problem, action: request.path, from: cleanForPage(user.email), email: cleanForPage(email) };
  parts.renderer.send(request, response, ConfirmEmailPage, facts);
}

async function confirm(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const { sessionId } = requireSession(response);
  await requireChange(parts, request, response);
  const context = await auditContextOfPerson(parts.deps.catalogue, response);
  const { actor } = context;
  if (actor.kind !== 'person') throw new PosternError('not_signed_in');
  const which = { token: tokenOf(request), keepSessionId: sessionId };
  await confirmEmailChange(parts.deps, { ...context, actor }, which);
  response.redirect(303, '/app/me/profile?done=email_changed');
}

/** Throws `not_found` for a link that is not open, or another person's; `rate_limited`. */
async function requireChange({ deps }: SignInParts, request: Request, response: Response) {
  const userId = requireSession(response).user.id;
  const change = await findEmailChange(deps.catalogue, { token: tokenOf(request), userId });
  if (change !== null) return change;
  requireAllowed(await deps.limits.unknownLink({ address: contextOf(response).address, userId }));
  throw new PosternError('not_found', { params: { thing: 'link of this account' } });
}
