// The one-time set-up link of a first start, by which the first operator comes in.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { SetUpPage } from '../../../web/pages/set-up-page.tsx';
import { setUpFirstOperator } from '../../actions/people/sign-up.ts';
import { isSetupCodeValid } from '../../catalogue/accounts/setup-codes.ts';
import { nameFromEmail } from '../../catalogue/store/names.ts';
import { PosternError } from '../../errors.ts';
import { requireAllowed } from '../../limits/require-allowed.ts';
import { Secret } from '../../secret.ts';
import { typedIn } from '../forms/kept-form.ts';
import { refuseForm } from '../forms/refused-form.ts';
import { auditContextOfVisitor, contextOf } from '../request/request-context.ts';
import {
  keptOf,
  newPasswordField,
  orPasswordProblem,
  type Problems,
  problemsOf,
  type ShownAgain,
  type SignInParts,
  startBrowserSession,
} from './sign-in-steps.ts';

const setUpSchema = z.object({
  email: z
    .string('Enter an email address.')
    .trim()
    .max(254, 'At most 254 characters.')
    .regex(/^[^\s@]+@[^\s@]+$/, 'Enter an email address.'),
  password: newPasswordField,
});

export function signUpRoutes(parts: SignInParts): Router {
  const router = createRouter();
  router.get('/setup/:code', async (request, response) => {
    await requireValidCode(parts, request, response);
    sendSetUpPage(parts, response, keptOf(parts, request));
  });
  router.post('/setup/:code', (request, response) => setUp(parts, request, response));
  return router;
}

async function setUp(parts: SignInParts, request: Request, response: Response): Promise<void> {
  await requireValidCode(parts, request, response);
  const refuse = (said: Problems) =>
    refuseForm({ request, response, address: parts.address }, { status: 400, said }, () =>
      sendSetUpPage(parts, response, { problems: said, typed: typedIn(request) }),
    );
  const form = setUpSchema.safeParse(request.body);
  if (!form.success) return await refuse(problemsOf(form.error));
  const { email, password: chosen } = form.data;
  // The link has proved the person already, so a password can wait.
  const password = chosen === '' ? null : new Secret(chosen);
  const details = { code: codeOf(request), email, name: nameFromEmail(email), password };
  const context = auditContextOfVisitor(response);
  const person = await orPasswordProblem(setUpFirstOperator(parts.deps, context, details), refuse);
  if (person === null) return;
  await startBrowserSession(parts, response, { person, method: 'setup' });
  await parts.deps.createFirstProject(person.id);
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

function sendSetUpPage({ renderer }: SignInParts, response: Response, { problems, typed }: ShownAgain): void {
  const request = response.req;
  renderer.send(request, response, SetUpPage, {
    action: request.path,
    email: typed.email ?? '',
    problems,
  });
}
