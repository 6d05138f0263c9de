// The second step of people who have set one up: a one-time code or a recovery code, typed after
// the password. A passkey signs in by itself and needs no step before or after it.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { SecondStepPage } from '../../../web/pages/second-step-page.tsx';
import { checkSecondStep } from '../../actions/people/second-step.ts';
import { assertNever } from '../../assert-never.ts';
import { getUser, type User } from '../../catalogue/accounts/users.ts';
import { findSecondFactors } from '../../catalogue/people/second-factors.ts';
import { wholeSeconds } from '../../limits/require-allowed.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { keptForm } from '../forms/kept-form.ts';
import { refuseForm } from '../forms/refused-form.ts';
import { clearCookie, findVisitor, readCookie } from '../request/cookies.ts';
import { findPasskeyPlace } from '../request/passkey-place.ts';
import { contextOf } from '../request/request-context.ts';
import { enter, SECOND_STEP_PATH } from './admit.ts';
import { type HalfSignedIn, PendingSecondSteps } from './pending-second-steps.ts';
import type { SignInParts } from './sign-in-steps.ts';

const formSchema = z.object({ second_step_secret: z.string().max(64).catch('') });

interface Half extends HalfSignedIn {
  readonly user: User;
  readonly which: { readonly visitor: string; readonly token: string };
}

export function secondStepRoutes(parts: SignInParts): Router {
  const router = createRouter();
  router.get(SECOND_STEP_PATH, async (request, response) => {
    const half = await findHalf(parts, request);
    if (half === null) return response.redirect(303, '/sign-in');
    const problem = keptForm(request, parts.address)?.said?.problem ?? null;
    await sendSecondStep(parts, response, { half, problem });
  });
  router.post(SECOND_STEP_PATH, (request, response) => takeSecondStep(parts, request, response));
  return router;
}

async function takeSecondStep(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const half = await findHalf(parts, request);
  if (half === null) return response.redirect(303, '/sign-in');
  const { second_step_secret: code } = formSchema.parse(request.body ?? {});
  const checked = await checkSecondStep(parts.deps, contextOf(response), { user: half.user, code });
  switch (checked.kind) {
    case 'right':
      // Two answers at the same time begin one session.
      if (!(await new PendingSecondSteps(parts.deps.redis).end(half.which))) return response.redirect(303, '/sign-in');
      clearCookie(response, parts.address, 'second_step');
      await enter(parts, response, { user: half.user, proof: proofOf(half, checked.by) });
      return response.redirect(303, half.next);
    case 'wrong':
      return await refuse(parts, response, { half, status: 401, problem: WRONG });
    case 'too_many_attempts': {
      const seconds = wholeSeconds(checked);
      response.set('Retry-After', seconds);
      const problem = `Too many wrong codes for this account from your network. Try again in ${seconds} seconds.`;
      return await refuse(parts, response, { half, status: 429, problem });
    }
    default:
      return assertNever(checked);
  }
}

const WRONG = 'That code isn’t right, or was used already. Wait for the next one.';

function proofOf({ first }: HalfSignedIn, by: 'otp' | 'recovery_code') {
  if (first.kind !== 'identity') return { method: `password+${by}` } as const;
  return { method: `identity+${by}`, identity: first.identity } as const;
}

/** Null when nobody is half signed in here, or the account changed since then. */
async function findHalf({ deps, address }: SignInParts, request: Request): Promise<Half | null> {
  const visitor = findVisitor(request, address);
  const token = readCookie(request, address, 'second_step');
  if (visitor === null || token === null) return null;
  const which = { visitor, token };
  const half = await new PendingSecondSteps(deps.redis).find(which);
  if (half === null) return null;
  const user = await getUser(deps.catalogue, half.userId).catch(() => null);
  if (user === null || user.credentialsVersion !== half.credentialsVersion) return null;
  return { ...half, user, which };
}

async function refuse(
  parts: SignInParts,
  response: Response,
  { half, status, problem }: { readonly half: Half; readonly status: number; readonly problem: string },
): Promise<void> {
  const { req: request } = response;
  await refuseForm({ request, response, address: parts.address }, { status, said: { problem } }, () =>
    sendSecondStep(parts, response, { half, problem }),
  );
}

async function sendSecondStep(
  { deps, renderer, address }: SignInParts,
  response: Response,
  { half, problem }: { readonly half: Half; readonly problem: string | null },
): Promise<void> {
  const { req: request } = response;
  const { passkeys, hasOneTimeCodes, recoveryCodesLeft } = await findSecondFactors(deps.catalogue.db, half.userId);
  renderer.send(request, response, SecondStepPage, {
    email: cleanForPage(half.user.email),
    next: half.next,
    hasOneTimeCodes,
    recoveryCodesLeft,
    passkeys: passkeys === 0 ? null : findPasskeyPlace(request, address),
    problem,
  });
}
