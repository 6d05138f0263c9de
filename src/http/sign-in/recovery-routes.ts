// The way back for people who forgot the password: a link by mail or from an operator, and the page
// behind it. Nothing here tells who has an account.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { CheckMailPage, ForgotPasswordPage } from '../../../web/pages/forgot-password-page.tsx';
import { ResetPasswordPage } from '../../../web/pages/reset-password-page.tsx';
import { forgotPassword, resetPassword } from '../../actions/people/recover-account.ts';
import type { User } from '../../catalogue/accounts/users.ts';
import { findResetLink } from '../../catalogue/people/reset-links.ts';
import { PosternError } from '../../errors.ts';
import { requireAllowed } from '../../limits/require-allowed.ts';
import { Secret } from '../../secret.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { keptForm } from '../forms/kept-form.ts';
import { refuseForm } from '../forms/refused-form.ts';
import { auditContextOfVisitor, contextOf } from '../request/request-context.ts';
import { admit } from './admit.ts';
import { newPasswordField, orPasswordProblem, type Problems, type SignInParts, tokenOf } from './sign-in-steps.ts';

const FORGOT_PATH = '/sign-in/forgot';
const forgotSchema = z.object({ email: z.string().max(254).catch('') });
const resetSchema = z.object({ password: newPasswordField });

export function recoveryRoutes(parts: SignInParts): Router {
  const router = createRouter();
  router.get(FORGOT_PATH, (request, response) => showForgot(parts, request, response));
  router.post(FORGOT_PATH, (request, response) => forgot(parts, request, response));
  router.get('/reset/:token', async (request, response) => {
    const user = await requireOpenLink(parts, request, response);
    const kept = keptForm(request, parts.address);
    sendResetPage(parts, response, { user, problem: kept?.said?.password ?? null });
  });
  router.post('/reset/:token', (request, response) => reset(parts, request, response));
  return router;
}

function showForgot({ deps, renderer }: SignInParts, request: Request, response: Response): void {
  const { email, sent } = z
    .object({ email: z.string().max(254).catch(''), sent: z.literal('yes').optional().catch(undefined) })
    .parse(request.query);
  if (sent === 'yes') renderer.send(request, response, CheckMailPage, {});
  else renderer.send(request, response, ForgotPasswordPage, { email, hasMail: deps.config.smtpUrl !== null });
}

// Answered before anybody is looked for, so that the time tells nothing.
async function forgot(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const { deps } = parts;
  const { email } = forgotSchema.parse(request.body ?? {});
  if (deps.config.smtpUrl === null) throw new PosternError('no_mail_server');
  const { address } = contextOf(response);
  const verdict = await deps.limits.forgottenPassword(address);
  response.redirect(303, `${FORGOT_PATH}?sent=yes`);
  try {
    const outcome = await forgotPassword(deps, auditContextOfVisitor(response), {
      email,
      asker: verdict === 'allowed' ? 'one_of_few' : 'one_of_many',
    });
    if (!deps.limits.failures.take(address, 'forgot_password')) return;
    deps.log.info({ event: 'person.forgot_password', outcome }, 'a person asked to reset a password');
  } catch (error) {
    if (!deps.limits.failures.take(address, 'forgot_password_failed')) return;
    deps.log.error({ event: 'person.forgot_password_failed', err: error }, 'a reset link could not be mailed');
  }
}

async function reset(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const open = await requireOpenLink(parts, request, response);
  const { password } = resetSchema.parse(request.body ?? {});
  const details = { token: tokenOf(request), password: new Secret(password) };
  const refuse = (said: Problems) =>
    refuseForm({ request, response, address: parts.address }, { status: 400, said }, () =>
      sendResetPage(parts, response, { user: open, problem: said.password ?? null }),
    );
  const work = resetPassword(parts.deps, auditContextOfVisitor(response), details);
  const user = await orPasswordProblem(work, refuse);
  if (user === null) return;
  await admit(parts, { request, response }, { user, next: '/', first: { kind: 'reset' } });
}

/** Throws `not_found` for a link that is not open, `rate_limited` after too many attempts. */
async function requireOpenLink({ deps }: SignInParts, request: Request, response: Response): Promise<User> {
  const user = await findResetLink(deps.catalogue, tokenOf(request));
  if (user !== null) return user;
  requireAllowed(await deps.limits.unknownLink({ address: contextOf(response).address, userId: null }));
  throw new PosternError('not_found', { params: { thing: 'reset link' } });
}

function sendResetPage(
  { renderer }: SignInParts,
  response: Response,
  { user, problem }: { readonly user: User; readonly problem: string | null },
): void {
  const { req: request } = response;
  const email = cleanForPage(user.email);
  renderer.send(request, response, ResetPasswordPage, { action: request.path, email, problem });
}
