// Pages with secrets that a form has made: kept for one redirect, so that loading the page again
// makes no second secret. Redis holds them sealed by the cookie of their browser, which it has not.

import { createHmac, randomBytes } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { PublicAddress } from '../../config/public-address.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { readCookie } from '../request/cookies.ts';
import { keepUncompressed, sendHtml } from '../request/send-html.ts';
import { openText, sealText } from './sealed-text.ts';

/** Long enough for a slow network and one more look; the secret is told to nobody else. */
const LIFE_MS = 2 * 60_000;
const ID_SHAPE = /^[A-Za-z0-9_-]{22}$/;

export class ShownOnce {
  readonly #redis: RedisClient;
  readonly #address: PublicAddress;

  constructor({ redis, address }: { readonly redis: RedisClient; readonly address: PublicAddress }) {
    this.#redis = redis;
    this.#address = address;
  }

  /** The path that shows the page, for the browser that sent this form only. */
  async keep(request: Request, html: string): Promise<string> {
    const id = randomBytes(16).toString('base64url');
    const sealed = sealText(html, this.#keyOf(request, id));
    await this.#redis.set(redisKeys.shownOnce(id), sealed.toString('base64'), 'PX', LIFE_MS);
    return `${request.path}?shown=${id}`;
  }

  /** Shows a kept page; an address that is too old or another browser's leads to its plain page. */
  readonly page: RequestHandler = async (request, response, next) => {
    const { shown } = request.query;
    if (request.method !== 'GET' || shown === undefined) return next();
    const html = typeof shown === 'string' && ID_SHAPE.test(shown) ? await this.#find(request, shown) : null;
    if (html === null) return response.redirect(303, request.path);
    keepUncompressed(response);
    await sendHtml(request, response, html);
  };

  async #find(request: Request, id: string): Promise<string | null> {
    const kept = await this.#redis.get(redisKeys.shownOnce(id));
    if (kept === null) return null;
    // Null when it was sealed by another browser session, or for another path.
    return openText(Buffer.from(kept, 'base64'), this.#keyOf(request, id));
  }

  #keyOf(request: Request, id: string): Buffer {
    const cookie = readCookie(request, this.#address, 'session') ?? '';
    return createHmac('sha256', cookie).update(`postern:v1:shown-once:${id}:${request.path}`).digest();
  }
}
