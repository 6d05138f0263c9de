// Signs a person in whose first step is right: at once, or after the second step that the person
// has set up. The one way from a password, a reset link or an identity to a browser session.

import type { Response } from 'express';
import * as people from '../../actions/people/sign-in.ts';
import { asksSecondStep, findSecondFactors } from '../../catalogue/people/second-factors.ts';
import type { ProvenPerson } from '../../catalogue/rights/proven-person.ts';
import { newRandomSecret } from '../../catalogue/store/random-secrets.ts';
import type { UserId } from '../../ids.ts';
import { isSentByAnotherSite } from '../request/came-from.ts';
import { ensureVisitor, setCookie } from '../request/cookies.ts';
import { ownOrigin } from '../request/own-origin.ts';
import { auditContextOfPerson, contextOf } from '../request/request-context.ts';
import { isLoginLink } from '../request/safe-next.ts';
import { type Exchange, sendLeavingPage } from './leave-for-issuer.ts';
import { type FirstStep, PendingSecondSteps, SECOND_STEP_LIFE_MS } from './pending-second-steps.ts';
import { type SignInParts, startBrowserSession } from './sign-in-steps.ts';

export const SECOND_STEP_PATH = '/sign-in/second-step';

interface Admitted {
  /** As read when the first step was compared. */
  readonly user: ProvenPerson;
  /** Where to go afterwards: a path of this site. */
  readonly next: string;
}

/** When the identity provider asked the person; null: it did not say. */
type FirstProof = (FirstStep | Vouched) & { readonly authenticatedAt?: Date | null };

/** Of an identity whose provider asked for two factors: there is no other step. */
type Vouched = { readonly kind: 'identity+mfa' } & Pick<Extract<FirstStep, { kind: 'identity' }>, 'identity'>;

/** `first` may be enough; the person's own second step is asked for where there is one. */
export async function admit(
  parts: SignInParts,
  { request, response }: Exchange,
  { user, next, first }: Admitted & { readonly first: FirstProof },
): Promise<void> {
  const { deps, address } = parts;
  if (first.kind === 'identity+mfa' || !asksSecondStep(await findSecondFactors(deps.catalogue.db, user.id))) {
    const { kind: method, ...rest } = first;
    await enter(parts, response, { user, proof: { method, ...rest } });
    return goOn(parts, { request, response }, next);
  }
  const token = newRandomSecret().reveal();
  const visitor = ensureVisitor(request, response, address);
  const half = { userId: user.id, first, next, credentialsVersion: user.credentialsVersion };
  await new PendingSecondSteps(deps.redis).keep({ visitor, token }, half);
  const expiresAt = new Date(deps.clock.now().getTime() + SECOND_STEP_LIFE_MS);
  setCookie(response, address, { name: 'second_step', value: token, expiresAt });
  response.redirect(303, SECOND_STEP_PATH);
}

/** After a redirect a browser would say that the provider sent it; from our page it does not. */
function goOn(parts: SignInParts, exchange: Exchange, next: string): void {
  const { request, response } = exchange;
  if (!isLoginLink(next) || !isSentByAnotherSite(request, parts.address)) return void response.redirect(303, next);
  sendLeavingPage(parts, exchange, {
    name: 'your terminal',
    url: new URL(next, ownOrigin(request, parts.address)),
    title: 'You’re signed in',
    text: 'Your terminal waits.',
    how: 'at_once',
  });
}

/** Begins the browser session. Throws `account_disabled`, `sign_in_outdated`. */
export async function enter(
  parts: SignInParts,
  response: Response,
  {
    user,
    proof,
  }: Pick<Admitted, 'user'> & {
    readonly proof: Omit<Parameters<typeof startBrowserSession>[2], 'person'>;
  },
): Promise<void> {
  await endSessionOfAnother(parts, response, user.id);
  await startBrowserSession(parts, response, { person: user, ...proof });
}

/** Somebody else was signed in in this browser. */
async function endSessionOfAnother({ deps }: SignInParts, response: Response, userId: UserId): Promise<void> {
  const { session } = contextOf(response);
  if (session === null || session.user.id === userId) return;
  const context = await auditContextOfPerson(deps.catalogue, response);
  await people.signOut(deps, context, { userId: session.user.id, sessionId: session.sessionId });
}
