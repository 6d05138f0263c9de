// Links by which people come in: the one-time set-up link of a first start, and invitations.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { InvitationPage } from '../../../web/pages/invitation-page.tsx';
import { SetUpPage } from '../../../web/pages/set-up-page.tsx';
import { acceptInvitation, setUpFirstOperator, signUpWithInvitation } from '../../actions/people/sign-up.ts';
import { findInvitationByToken, type OpenInvitation } from '../../catalogue/accounts/invitations.ts';
import { isSetupCodeValid } from '../../catalogue/accounts/setup-codes.ts';
import { PosternError } from '../../errors.ts';
import { requireAllowed } from '../../limits/require-allowed.ts';
import { Secret } from '../../secret.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { keptForm, typedIn } from '../request/kept-form.ts';
import { refuseForm } from '../request/refused-form.ts';
import { auditContextOfPerson, auditContextOfVisitor, contextOf } from '../request/request-context.ts';
import { nameField, newPasswordField, problemsOf, type SignInParts, startBrowserSession } from './sign-in-steps.ts';

const setUpSchema = z.object({
  email: z
    .string('Enter an email address.')
    .trim()
    .max(254, 'At most 254 characters.')
    .regex(/^[^\s@]+@[^\s@]+$/, 'Enter an email address.'),
  name: nameField,
  password: newPasswordField,
});

export function signUpRoutes(parts: SignInParts): Router {
  const router = createRouter();
  router.get('/setup/:code', async (request, response) => {
    await requireValidCode(parts, request, response);
    sendSetUpPage(parts, response, keptOf(parts, request));
  });
  router.post('/setup/:code', (request, response) => setUp(parts, request, response));
  router.get('/invitations/:token', (request, response) => showInvitation(parts, request, response));
  router.post('/invitations/:token', (request, response) => acceptOrSignUp(parts, request, response));
  return router;
}

async function setUp(parts: SignInParts, request: Request, response: Response): Promise<void> {
  await requireValidCode(parts, request, response);
  const form = setUpSchema.safeParse(request.body);
  if (!form.success) {
    const said = problemsOf(form.error);
    return await refuseForm({ request, response, address: parts.address }, { status: 400, said }, () =>
      sendSetUpPage(parts, response, { problems: said, typed: typedIn(request) }),
    );
  }
  const { email, name, password } = form.data;
  const details = { code: codeOf(request), email, name, password: new Secret(password) };
  const userId = await setUpFirstOperator(parts.deps, auditContextOfVisitor(response), details);
  await startBrowserSession(parts, response, { userId, method: 'setup' });
  await parts.deps.createFirstProject(userId);
  response.redirect(303, '/');
}

/** Throws `not_found` for a code that is not valid now, `rate_limited` after too many attempts. */
async function requireValidCode({ deps }: SignInParts, request: Request, response: Response): Promise<void> {
  if (await isSetupCodeValid(deps.catalogue, codeOf(request))) return;
  const verdict = await deps.limits.unknownLink({ address: contextOf(response).address, userId: null });
  requireAllowed(verdict);
  throw new PosternError('not_found', { params: { thing: 'set-up link' } });
}

function codeOf(request: Request): string {
  return z.string().parse(request.params.code);
}

interface Shown {
  readonly problems: Readonly<Record<string, string>>;
  readonly typed: Readonly<Record<string, string>>;
}

function keptOf({ address }: SignInParts, request: Request): Shown {
  const kept = keptForm(request, address);
  return { problems: kept?.said ?? {}, typed: kept?.typed ?? {} };
}

function sendSetUpPage({ renderer }: SignInParts, response: Response, { problems, typed }: Shown): void {
  const request = response.req;
  renderer.send(request, response, SetUpPage, {
    action: request.path,
    email: typed.email ?? '',
    name: typed.name ?? '',
    problems,
  });
}

const invitationSchema = z.object({ name: nameField, password: newPasswordField });

async function showInvitation(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const open = await requireOpenInvitation(parts, request, response);
  sendInvitationPage(parts, response, { open, ...keptOf(parts, request) });
}

async function acceptOrSignUp(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const { catalogue } = parts.deps;
  const open = await requireOpenInvitation(parts, request, response);
  const { session } = contextOf(response);
  if (session !== null) {
    const context = await auditContextOfPerson(catalogue, response);
    await acceptInvitation(parts.deps, context, { token: tokenOf(request), userId: session.user.id });
    return response.redirect(303, '/');
  }
  const form = invitationSchema.safeParse(request.body);
  if (!form.success) {
    const said = problemsOf(form.error);
    return await refuseForm({ request, response, address: parts.address }, { status: 400, said }, () =>
      sendInvitationPage(parts, response, { open, problems: said, typed: typedIn(request) }),
    );
  }
  const details = {
    token: tokenOf(request),
    name: form.data.name,
    password: new Secret(form.data.password),
  };
  const user = await signUpWithInvitation(parts.deps, auditContextOfVisitor(response), details);
  await startBrowserSession(parts, response, { userId: user.id, method: 'invitation' });
  response.redirect(303, '/');
}

/** Throws `not_found` for a link that is not open, `rate_limited` after too many attempts. */
async function requireOpenInvitation(
  { deps }: SignInParts,
  request: Request,
  response: Response,
): Promise<OpenInvitation> {
  const open = await findInvitationByToken(deps.catalogue, tokenOf(request));
  if (open !== null) return open;
  const { address, session } = contextOf(response);
  const verdict = await deps.limits.unknownLink({ address, userId: session?.user.id ?? null });
  requireAllowed(verdict);
  throw new PosternError('not_found', { params: { thing: 'invitation' } });
}

function sendInvitationPage(
  { renderer }: SignInParts,
  response: Response,
  { open, problems, typed }: Shown & { readonly open: OpenInvitation },
): void {
  const request = response.req;
  renderer.send(request, response, InvitationPage, {
    action: request.path,
    to: { ...open.to, name: cleanForPage(open.to.name) },
    email: cleanForPage(open.email),
    signInPath: contextOf(response).session === null ? `/sign-in?next=${encodeURIComponent(request.path)}` : null,
    name: typed.name ?? '',
    problems,
  });
}

function tokenOf(request: Request): string {
  return z.string().parse(request.params.token);
}
