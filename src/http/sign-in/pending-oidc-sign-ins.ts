// Sign-ins under way at the provider. Each is kept by the browser that began it, sealed and bound
// to its visitor cookie: any node handles the callback, no one else's answer signs a person in, and
// beginning very many, which anybody can, costs the installation no memory.

import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Sealer } from '../../catalogue/store/sealing.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { idSchema, type UserId } from '../../ids.ts';
import { clearCookie, cookieName, findVisitor, readCookie, setCookie } from '../request/cookies.ts';
import { ownOrigin } from '../request/own-origin.ts';
import type { PendingSignIn } from './oidc-sign-in.ts';

/** Time to sign in at the provider, including a second factor. */
const LIFE_MS = 10 * 60_000;
/** With what else such a redirect carries below 4 KiB, the limit of cookies and of nginx. */
const MAX_NEXT_CHARACTERS = 1_024;
/** Of one browser at a time; the oldest go first. */
const MOST_OF_BROWSER = 4;
const MOST_CLEARED = 20;

export interface AwayPerson extends PendingSignIn {
  readonly next: string;
}

const pendingSchema = z.object({
  issuer: z.string(),
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  again: z.object({ to: z.enum(['sign_in', 'link']), userId: idSchema<UserId>(), since: z.coerce.date() }).nullable(),
  next: z.string(),
  until: z.number(),
});

interface Browser {
  readonly request: Request;
  readonly response: Response;
}

interface Parts {
  readonly deps: { readonly catalogue: Pick<Catalogue, 'sealer' | 'clock'> };
  readonly address: PublicAddress;
}

/** A `next` that is too long loses its query. */
export function keepPending(
  { deps, address }: Parts,
  { request, response }: Browser,
  { visitor, ...away }: AwayPerson & { readonly visitor: string },
): void {
  const { sealer, clock } = deps.catalogue;
  const until = clock.now().getTime() + LIFE_MS;
  const pending = { ...away, next: shortened(away.next), until };
  const value = sealer.seal(JSON.stringify(pending), placeOf({ visitor, state: away.state }));
  for (const id of surplusOf(request, address)) clearCookie(response, address, `oidc_${id}`);
  setCookie(response, address, { name: `oidc_${idOf(away.state)}`, value, expiresAt: new Date(until) });
}

/** Takes it from the browser; null when it is unknown, expired, or another visitor's. */
export function takePending({ deps, address }: Parts, browser: Browser, state: string): AwayPerson | null {
  const { request, response } = browser;
  const { sealer, clock } = deps.catalogue;
  const name = `oidc_${idOf(state)}` as const;
  const visitor = findVisitor(request, address);
  const sealed = readCookie(request, address, name);
  if (visitor === null || sealed === null) return null;
  clearCookie(response, address, name);
  const opened = openOrNull(sealer, sealed, placeOf({ visitor, state }));
  if (opened === null) return null;
  const { until, ...away } = pendingSchema.parse(JSON.parse(opened));
  return until > clock.now().getTime() ? away : null;
}

function shortened(next: string): string {
  if (next.length <= MAX_NEXT_CHARACTERS) return next;
  const [path = '/'] = next.split('?', 1);
  return path.length <= MAX_NEXT_CHARACTERS ? path : '/';
}

/** Anybody can send a cookie with anything in it. */
function openOrNull(sealer: Sealer, sealed: string, place: ReturnType<typeof placeOf>): string | null {
  try {
    return sealer.open(sealed, place).reveal();
  } catch {
    return null;
  }
}

function placeOf({ visitor, state }: { readonly visitor: string; readonly state: string }) {
  return { table: 'cookie', rowId: digestOf(`${visitor}:${state}`), column: 'oidc_sign_in' };
}

function idOf(state: string): string {
  return digestOf(state).slice(0, 12);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** RFC 6265, 5.4: browsers send the oldest first. */
function surplusOf(request: Request, address: PublicAddress): string[] {
  const name = cookieName('oidc_ID', address, ownOrigin(request, address)).replace('ID', '([0-9a-f]{12})');
  const found = [...(request.headers.cookie ?? '').matchAll(new RegExp(`(?:^|;) ?${name}=`, 'g'))];
  const ids = found.map(([, id = '']) => id);
  return ids.slice(0, Math.max(0, ids.length - MOST_OF_BROWSER + 1)).slice(0, MOST_CLEARED);
}
