// The link of an invitation to an organization or a project: new people sign up with it, known
// people sign in and join.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { InvitationPage } from '../../../web/pages/invitation-page.tsx';
import { acceptInvitation, signUpWithInvitation } from '../../actions/people/sign-up.ts';
import type { FollowedLink } from '../../catalogue/accounts/accept-invitation.ts';
import { findInvitationByToken, type OpenInvitation } from '../../catalogue/accounts/invitations.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { PosternError } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import type { HttpDependencies } from '../request/http-dependencies.ts';
import type { PageRenderer } from '../request/page-renderer.ts';
import { auditContextOfPerson, auditContextOfVisitor, contextOf } from '../request/request-context.ts';
import { nameField, newPasswordField, problemsOf } from './new-password.ts';
import { startBrowserSession } from './start-browser-session.ts';

interface InvitationParts {
  readonly deps: Pick<HttpDependencies, 'catalogue' | 'config' | 'limits'>;
  readonly renderer: PageRenderer;
  readonly address: PublicAddress;
}

const formSchema = z.object({ name: nameField, password: newPasswordField });

export function invitationRoutes(parts: InvitationParts): Router {
  const router = createRouter();
  router.get('/invitations/:token', (request, response) => show(parts, request, response));
  router.post('/invitations/:token', (request, response) => accept(parts, request, response));
  return router;
}

async function show(parts: InvitationParts, request: Request, response: Response): Promise<void> {
  const open = await requireOpenInvitation(parts, request, response);
  if (open.hasAccount && contextOf(response).session === null) throw new PosternError('not_signed_in');
  sendPage(parts, { request, response, open, problems: {} });
}

async function accept(parts: InvitationParts, request: Request, response: Response): Promise<void> {
  const { catalogue } = parts.deps;
  const open = await requireOpenInvitation(parts, request, response);
  const { session } = contextOf(response);
  if (session !== null) {
    const context = await auditContextOfPerson(catalogue, response);
    await acceptInvitation(parts.deps, context, { ...followedLink(parts, request), userId: session.user.id });
    return response.redirect(303, '/');
  }
  const form = formSchema.safeParse(request.body);
  if (!form.success) {
    response.status(400);
    return sendPage(parts, { request, response, open, problems: problemsOf(form.error) });
  }
  const details = {
    ...followedLink(parts, request),
    name: form.data.name,
    password: new Secret(form.data.password),
  };
  const user = await signUpWithInvitation(parts.deps, auditContextOfVisitor(response), details);
  await startBrowserSession(parts, response, { userId: user.id, method: 'invitation' });
  response.redirect(303, '/');
}

/** Throws `not_found` for a link that is not open, `rate_limited` after too many attempts. */
async function requireOpenInvitation(
  { deps }: InvitationParts,
  request: Request,
  response: Response,
): Promise<OpenInvitation> {
  const open = await findInvitationByToken(deps.catalogue, tokenOf(request));
  if (open !== null) return open;
  const { address, session } = contextOf(response);
  const verdict = await deps.limits.unknownLink({ address, userId: session?.user.id ?? null });
  if (verdict === 'limited') throw new PosternError('rate_limited');
  throw new PosternError('not_found', { params: { thing: 'invitation' } });
}

interface Showing {
  readonly request: Request;
  readonly response: Response;
  readonly open: OpenInvitation;
  readonly problems: Readonly<Record<string, string>>;
}

function sendPage({ renderer }: InvitationParts, { request, response, open, problems }: Showing): void {
  const typed = z.object({ name: z.string() }).safeParse(request.body);
  renderer.send(request, response, InvitationPage, {
    action: request.path,
    to: { ...open.to, name: cleanForPage(open.to.name) },
    email: cleanForPage(open.email),
    isNewPerson: contextOf(response).session === null,
    name: typed.data?.name ?? '',
    problems,
  });
}

function followedLink({ deps }: InvitationParts, request: Request): FollowedLink {
  return { token: tokenOf(request), wasMailed: deps.config.smtpUrl !== null };
}

function tokenOf(request: Request): string {
  return z.string().parse(request.params.token);
}
