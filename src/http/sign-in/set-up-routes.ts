// The one-time set-up link of a first start: creates the first operator and a first project, and
// signs the person in.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { SetUpPage } from '../../../web/pages/set-up-page.tsx';
import { setUpFirstOperator } from '../../actions/people/sign-up.ts';
import { isSetupCodeValid } from '../../catalogue/accounts/setup-codes.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { PosternError } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import type { HttpDependencies } from '../request/http-dependencies.ts';
import type { PageRenderer } from '../request/page-renderer.ts';
import { auditContextOfVisitor, contextOf } from '../request/request-context.ts';
import { nameField, newPasswordField, problemsOf } from './new-password.ts';
import { startBrowserSession } from './start-browser-session.ts';

interface SetUpParts {
  readonly deps: Pick<HttpDependencies, 'catalogue' | 'limits' | 'createFirstProject'>;
  readonly renderer: PageRenderer;
  readonly address: PublicAddress;
}

const formSchema = z.object({
  email: z
    .string()
    .trim()
    .max(254)
    .regex(/^[^\s@]+@[^\s@]+$/, 'Enter an email address.'),
  name: nameField,
  password: newPasswordField,
});

export function setUpRoutes(parts: SetUpParts): Router {
  const router = createRouter();
  router.get('/setup/:code', async (request, response) => {
    await requireValidCode(parts, request, response);
    sendSetUpPage(parts, { request, response }, {});
  });
  router.post('/setup/:code', (request, response) => setUp(parts, request, response));
  return router;
}

async function setUp(parts: SetUpParts, request: Request, response: Response): Promise<void> {
  await requireValidCode(parts, request, response);
  const form = formSchema.safeParse(request.body);
  if (!form.success) {
    response.status(400);
    return sendSetUpPage(parts, { request, response }, problemsOf(form.error));
  }
  const { email, name, password } = form.data;
  const details = { code: codeOf(request), email, name, password: new Secret(password) };
  const userId = await setUpFirstOperator(parts.deps, auditContextOfVisitor(response), details);
  await startBrowserSession(parts, response, { userId, method: 'setup' });
  await parts.deps.createFirstProject(userId);
  response.redirect(303, '/');
}

/** Throws `not_found` for a code that is not valid now, `rate_limited` after too many attempts. */
async function requireValidCode({ deps }: SetUpParts, request: Request, response: Response): Promise<void> {
  if (await isSetupCodeValid(deps.catalogue, codeOf(request))) return;
  const verdict = await deps.limits.unknownLink({ address: contextOf(response).address, userId: null });
  if (verdict === 'limited') throw new PosternError('rate_limited');
  throw new PosternError('not_found', { params: { thing: 'set-up link' } });
}

function codeOf(request: Request): string {
  return z.string().parse(request.params.code);
}

function sendSetUpPage(
  { renderer }: SetUpParts,
  { request, response }: { request: Request; response: Response },
  problems: Readonly<Record<string, string>>,
): void {
  const typed = z.object({ email: z.string(), name: z.string() }).safeParse(request.body);
  renderer.send(request, response, SetUpPage, {
    action: request.path,
    email: typed.data?.email ?? '',
    name: typed.data?.name ?? '',
    problems,
  });
}
