// What the pages' script asks about passkeys: a challenge to answer, and whether the answer signs
// the person in, also once more where a page wants a fresh sign-in. All of it is JSON.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { assertionOptions, registrationOptions } from '../../../actions/people/passkey-ceremonies.ts';
import { provePasskey } from '../../../actions/people/second-step.ts';
import { listPasskeys } from '../../../catalogue/people/passkeys.ts';
import type { PublicAddress } from '../../../config/public-address.ts';
import { PosternError } from '../../../errors.ts';
import type { RedisClient } from '../../../redis/redis-client.ts';
import { jsonOrNull } from '../../../untrusted-text.ts';
import { clearCookie, ensureVisitor, findVisitor } from '../../request/cookies.ts';
import { findPasskeyPlace } from '../../request/passkey-place.ts';
import { contextOf, requireSession } from '../../request/request-context.ts';
import { safeNext } from '../../request/safe-next.ts';
import { enter } from '../admit.ts';
import { provesPerson } from '../oidc-linking.ts';
import type { SignInParts } from '../sign-in-steps.ts';
import { type AskedPasskey, challengeOf, PendingPasskeys } from './pending-passkeys.ts';

const PATH = '/sign-in/passkey';
const answerSchema = z.object({ answer: z.string().max(32_768), next: z.unknown().optional() });

export function passkeyRoutes(parts: SignInParts): Router {
  const router = createRouter();
  router.post(`${PATH}/options`, (request, response) => askForPasskey(parts, request, response));
  router.post(`${PATH}/new`, (request, response) => askForNewPasskey(parts, request, response));
  router.post(PATH, (request, response) => signInWithPasskey(parts, request, response));
  // Where a browser without the script would come to.
  for (const path of [PATH, `${PATH}/options`, `${PATH}/new`]) {
    router.get(path, (_request, response) => response.redirect(303, '/sign-in'));
  }
  return router;
}

/** Throws `passkeys_elsewhere`. */
async function askForPasskey(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const place = requirePlace(parts, request);
  const { session } = contextOf(response);
  const known = session === null ? [] : await listPasskeys(parts.deps.catalogue.db, session.user.id);
  const options = await assertionOptions(
    place,
    known.filter(({ rpId }) => rpId === place.rpId),
  );
  await keepChallenge(parts, response, { challenge: options.challenge, purpose: 'sign_in' });
  response.json(options);
}

/** Throws `passkeys_elsewhere`, `not_fresh`. */
async function askForNewPasskey(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const { deps } = parts;
  const place = requirePlace(parts, request);
  const { user } = requireSession(response);
  if (!provesPerson(response, deps.clock.now())) throw new PosternError('not_fresh');
  const known = await listPasskeys(deps.catalogue.db, user.id);
  const owner = { userId: user.id, email: user.email, name: user.name };
  const options = await registrationOptions(place, { owner, brand: deps.config.brand, known });
  await keepChallenge(parts, response, { challenge: options.challenge, purpose: 'register' });
  response.json(options);
}

/** One answer for unknown, removed and wrong ones: `passkey_refused`. */
async function signInWithPasskey(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const { answer: text, next } = answerSchema.parse(request.body ?? {});
  const answer = jsonOrNull(text);
  const asked = await takeChallenge(
    { redis: parts.deps.redis, address: parts.address },
    { request, answer, purpose: 'sign_in' },
  );
  if (asked === null) throw new PosternError('passkey_refused');
  const answered = { answer, challenge: asked.challenge, place: requirePlace(parts, request) };
  const proven = await provePasskey(parts.deps, contextOf(response), answered);
  // Another person's passkey does not prove that this person signed in again.
  if (proven === null || (asked.userId !== null && asked.userId !== proven.id)) {
    throw new PosternError('passkey_refused');
  }
  clearCookie(response, parts.address, 'second_step');
  await enter(parts, response, { user: proven, proof: { method: 'passkey' } });
  response.json({ next: safeNext(next) });
}

function requirePlace({ address }: SignInParts, request: Request) {
  const found = findPasskeyPlace(request, address);
  if (found.kind !== 'here') throw new PosternError('passkeys_elsewhere');
  return found.place;
}

/** Where one address asks very often nobody is refused, and Redis does not fill up. */
async function keepChallenge(
  { deps, address }: SignInParts,
  response: Response,
  { challenge, purpose }: { readonly challenge: string; readonly purpose: AskedPasskey['purpose'] },
): Promise<void> {
  const { session, address: from } = contextOf(response);
  const visitor = ensureVisitor(response.req, response, address);
  const isAllowed = (await deps.limits.passkeyChallenge(from)) === 'allowed';
  const asked = { purpose, userId: session?.user.id ?? null };
  const pending = new PendingPasskeys(deps.redis);
  if (isAllowed) await pending.keep({ visitor, challenge }, asked);
  else await pending.keepOfMany({ visitor, challenge }, asked, from);
}

/** Null for a challenge that was not given to this browser for this, or that was answered. */
export async function takeChallenge(
  { redis, address }: { readonly redis: RedisClient; readonly address: PublicAddress },
  {
    request,
    answer,
    purpose,
  }: {
    readonly request: Request;
    readonly answer: unknown;
    readonly purpose: AskedPasskey['purpose'];
  },
): Promise<(AskedPasskey & { readonly challenge: string }) | null> {
  const visitor = findVisitor(request, address);
  const challenge = challengeOf(answer);
  if (visitor === null || challenge === null) return null;
  const asked = await new PendingPasskeys(redis).take({ visitor, challenge });
  return asked?.purpose === purpose ? { ...asked, challenge } : null;
}
