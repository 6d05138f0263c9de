// One effect for one form: when a page's form is sent twice, by a double click or a network that
// lost the answer, the second waits for the first and leads to where the first led. Each rendering
// of a page has a mark of its own in its CSRF token, so a page that is loaded anew is another form.
// Programs get what each of their requests leads to. Comes before the check of the token, which the
// first may have outdated by signing in or out: without the token nobody can send the same form.

import { createHmac } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { pause } from '../../async/retry.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { FloodRing } from '../../redis/flood-ring.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { findVisitor } from '../request/cookies.ts';
import { leftSignal } from '../request/left-signal.ts';
import { contextOf, type RequestContext } from '../request/request-context.ts';
import { isNavigation, isRefused } from './refused-form.ts';
import { openText, sealText } from './sealed-text.ts';

/** How long the first may take; a node that dies meanwhile leaves the form to the second. */
const UNDER_WAY_MS = 2 * 60_000;
/** Longer, and whoever sends it again means it. */
const REMEMBERED_MS = 30_000;
const LOOK_EVERY_MS = 100;
const answerSchema = z.object({ location: z.string(), cookies: z.array(z.string()) });
const markedSchema = z.object({ csrf_token: z.string().max(128).includes('.') });

type Turn = { readonly kind: 'first' | 'left' } | ({ readonly kind: 'later' } & z.output<typeof answerSchema>);

/** Of one form as one browser sent it. */
interface Sending {
  readonly key: string;
  /** The address of a browser that nobody has signed in at; null where somebody has. */
  readonly visitorAt: string | null;
  /** Seals the answer, which may carry the cookie of a session. */
  readonly seal: Buffer;
}

export class SentOnce {
  readonly #redis: RedisClient;
  readonly #address: PublicAddress;
  readonly #flood: FloodRing;

  constructor({ redis, address }: { readonly redis: RedisClient; readonly address: PublicAddress }) {
    this.#redis = redis;
    this.#address = address;
    this.#flood = new FloodRing(redis, 'form');
  }

  /** Without Redis forms are carried out as often as they are sent. */
  readonly handle: RequestHandler = async (request, response, next) => {
    const isOurs = this.#redis.status === 'ready' && isNavigation(request);
    const sending = isOurs ? this.#sendingOf(request, contextOf(response)) : null;
    if (sending === null) return next();
    const turn = await this.#awaitTurn(sending, response).catch(() => null);
    switch (turn?.kind) {
      case 'later':
        for (const cookie of turn.cookies) response.append('Set-Cookie', cookie);
        return response.redirect(303, turn.location);
      case 'left':
        return void response.destroy();
      case 'first':
        this.#rememberAnswer(sending, response);
        return next();
      case undefined:
        return next();
    }
  };

  #sendingOf(request: Request, { session, address }: RequestContext): Sending | null {
    const visitor = findVisitor(request, this.#address);
    if (request.method !== 'POST' || visitor === null || !markedSchema.safeParse(request.body).success) return null;
    const form = JSON.stringify([request.path, request.body]);
    const digest = (use: string) => createHmac('sha256', visitor).update(`postern:v1:${use}:${form}`).digest();
    const key = redisKeys.sentForm(digest('sent-form').toString('base64url'));
    return { key, visitorAt: session === null ? address : null, seal: digest('sent-form-answer') };
  }

  async #awaitTurn({ key, seal }: Sending, response: Response): Promise<Turn> {
    const left = leftSignal(response);
    while (!left.aborted) {
      if ((await this.#redis.set(key, '', 'PX', UNDER_WAY_MS, 'NX')) === 'OK') return { kind: 'first' };
      const kept = await this.#redis.get(key);
      const answer = kept === null || kept === '' ? null : openText(Buffer.from(kept, 'base64'), seal);
      if (answer !== null) return { kind: 'later', ...answerSchema.parse(JSON.parse(answer)) };
      await pause(LOOK_EVERY_MS, left);
    }
    return { kind: 'left' };
  }

  /** NOTE: at the end of the handler, not of the response: a second click hangs up on the first. */
  #rememberAnswer(sending: Sending, response: Response): void {
    const end = response.end.bind(response);
    response.end = ((...given: Parameters<typeof end>) => {
      // What Redis misses, it forgets by itself.
      void this.#remember(sending, response).catch(() => {});
      return end(...given);
    }) as typeof response.end;
  }

  async #remember({ key, visitorAt, seal }: Sending, response: Response): Promise<void> {
    const location = response.get('Location');
    if (response.statusCode !== 303 || location === undefined || isRefused(response)) {
      await this.#redis.del(key);
      return;
    }
    const answer = { location, cookies: [response.get('Set-Cookie') ?? []].flat() };
    const sealed = sealText(JSON.stringify(answer), seal).toString('base64');
    await this.#redis.set(key, sealed, 'PX', REMEMBERED_MS);
    if (visitorAt !== null) await this.#flood.enter([key], { address: visitorAt, lifeMs: REMEMBERED_MS });
  }
}
