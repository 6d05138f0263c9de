// The link of an invitation, to an organization or to a project: a new person signs up with it, a
// known one accepts, and both land where they were invited to.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { InvitationPage, UsedInvitationPage } from '../../../web/pages/invitation-page.tsx';
import { acceptInvitation, signUpWithInvitation } from '../../actions/people/sign-up.ts';
import { findInvitationByToken, type OpenInvitation } from '../../catalogue/accounts/invitations.ts';
import { listOrganizationsOf } from '../../catalogue/accounts/organizations.ts';
import { emailKey } from '../../catalogue/store/email-address.ts';
import { personalAccountId, type UserId } from '../../ids.ts';
import { requireAllowed } from '../../limits/require-allowed.ts';
import { Secret } from '../../secret.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { typedIn } from '../forms/kept-form.ts';
import { refuseForm } from '../forms/refused-form.ts';
import { auditContextOfPerson, auditContextOfVisitor, contextOf } from '../request/request-context.ts';
import {
  keptOf,
  nameField,
  newPasswordField,
  orPasswordProblem,
  type Problems,
  problemsOf,
  type ShownAgain,
  type SignInParts,
  startBrowserSession,
  tokenOf,
} from './sign-in-steps.ts';

const signUpSchema = z.object({ name: nameField, password: newPasswordField });

export function invitationRoutes(parts: SignInParts): Router {
  const router = createRouter();
  router.get('/invitations/:token', (request, response) => showInvitation(parts, request, response));
  router.post('/invitations/:token', (request, response) => acceptOrSignUp(parts, request, response));
  return router;
}

async function showInvitation(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const open = await findOpenInvitation(parts, request, response);
  if (open === null) return await sendUsedPage(parts, response);
  sendInvitationPage(parts, response, { open, ...keptOf(parts, request) });
}

async function acceptOrSignUp(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const { catalogue } = parts.deps;
  const open = await findOpenInvitation(parts, request, response);
  if (open === null) return await sendUsedPage(parts, response);
  const { session } = contextOf(response);
  if (session !== null) {
    const context = await auditContextOfPerson(catalogue, response);
    await acceptInvitation(parts.deps, context, { token: tokenOf(request), userId: session.user.id });
    return response.redirect(303, welcomePath(open, session.user.id));
  }
  const refuse = (said: Problems) =>
    refuseForm({ request, response, address: parts.address }, { status: 400, said }, () =>
      sendInvitationPage(parts, response, { open, problems: said, typed: typedIn(request) }),
    );
  const form = signUpSchema.safeParse(request.body);
  if (!form.success) return await refuse(problemsOf(form.error));
  const { name, password } = form.data;
  const details = { token: tokenOf(request), name, password: new Secret(password) };
  const context = auditContextOfVisitor(response);
  const user = await orPasswordProblem(signUpWithInvitation(parts.deps, context, details), refuse);
  if (user === null) return;
  await startBrowserSession(parts, response, { person: user, method: 'invitation' });
  response.redirect(303, welcomePath(open, user.id));
}

function welcomePath({ to }: OpenInvitation, userId: UserId): string {
  const place =
    to.kind === 'organization' ? `${to.accountId}/projects` : `${personalAccountId(userId)}/projects/${to.projectId}`;
  return `/app/${place}?welcome=yes`;
}

/** Null for a link that is not open. Throws `rate_limited` after too many attempts. */
async function findOpenInvitation(
  { deps }: SignInParts,
  request: Request,
  response: Response,
): Promise<OpenInvitation | null> {
  const open = await findInvitationByToken(deps.catalogue, tokenOf(request));
  if (open !== null) return open;
  const { address, session } = contextOf(response);
  requireAllowed(await deps.limits.unknownLink({ address, userId: session?.user.id ?? null }));
  return null;
}

function sendInvitationPage(
  { renderer }: SignInParts,
  response: Response,
  { open, problems, typed }: ShownAgain & { readonly open: OpenInvitation },
): void {
  const request = response.req;
  renderer.send(request, response, InvitationPage, {
    action: request.path,
    to:
      open.to.kind === 'organization'
        ? { kind: open.to.kind, name: cleanForPage(open.to.name), memberRole: open.to.memberRole }
        : { kind: open.to.kind, name: cleanForPage(open.to.name), from: cleanForPage(open.to.from) },
    email: cleanForPage(open.email),
    inviter: inviterInWords(open),
    visitor: visitorOf(open, response),
    name: typed.name ?? '',
    problems,
  });
}

function inviterInWords({ inviter }: OpenInvitation): string | null {
  if (inviter === null) return null;
  const name = cleanForPage(inviter.name);
  return inviter.email === null ? name : `${name} (${cleanForPage(inviter.email)})`;
}

/** The page does not tell whether the invited e-mail has an account. */
function visitorOf(open: OpenInvitation, response: Response) {
  const { session } = contextOf(response);
  const { path } = response.req;
  if (session === null) return { is: 'signed_out', signInPath: `/sign-in?next=${encodeURIComponent(path)}` } as const;
  if (emailKey(session.user.email) === open.emailKey) return { is: 'invited' } as const;
  return { is: 'somebody_else', email: cleanForPage(session.user.email) } as const;
}

/** Where the link may have led already: used links are forgotten, so the person's accounts. */
async function sendUsedPage({ renderer, deps }: SignInParts, response: Response): Promise<void> {
  const request = response.req;
  const { session } = contextOf(response);
  const organizations = session === null ? [] : await listOrganizationsOf(deps.catalogue, session.user.id);
  response.status(404);
  renderer.send(request, response, UsedInvitationPage, {
    email: session === null ? null : cleanForPage(session.user.email),
    organizations: organizations.map(({ id, name }) => ({ name: cleanForPage(name), href: `/app/${id}/projects` })),
  });
}
