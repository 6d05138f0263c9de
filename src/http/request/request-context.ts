// What is known about a request before its route runs: id, browser's address, person.

import type { Request, RequestHandler, Response } from 'express';
import { type BrowserSession, findBrowserSession } from '../../catalogue/accounts/browser-sessions.ts';
import { loadPersonActor, type PersonActor, SYSTEM } from '../../catalogue/rights/actors.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { PosternError } from '../../errors.ts';
import { clientAddress } from './client-address.ts';
import { readCookie } from './cookies.ts';

export interface RequestContext {
  readonly requestId: string;
  /** The browser's, normalised. */
  readonly address: string;
  readonly userAgent: string;
  readonly session: BrowserSession | null;
}

const KEY = 'requestContext';
/** It is stored with sessions and with operations. */
const MOST_USER_AGENT_CHARACTERS = 512;

interface SessionParts {
  readonly catalogue: Catalogue;
  readonly address: PublicAddress;
}

export function loadRequestContext(parts: SessionParts): RequestHandler {
  return async (request, response, next) => {
    const context: RequestContext = {
      requestId: String(request.id),
      address: clientAddress(request),
      userAgent: (request.get('user-agent') ?? '').slice(0, MOST_USER_AGENT_CHARACTERS),
      session: await findSession(parts, request),
    };
    response.locals[KEY] = context;
    next();
  };
}

/**
 * NOTE: after the body was read and before anything is allowed: a client may take minutes over a
 * body, and its session may end meanwhile.
 */
export async function askSessionAgain(parts: SessionParts, response: Response): Promise<void> {
  const context = contextOf(response);
  const { req: request } = response;
  if (context.session === null || !hasBody(request)) return;
  response.locals[KEY] = { ...context, session: await findSession(parts, request) } satisfies RequestContext;
}

async function findSession({ catalogue, address }: SessionParts, request: Request): Promise<BrowserSession | null> {
  const cookie = readCookie(request, address, 'session');
  return cookie === null ? null : await findBrowserSession(catalogue, cookie);
}

// RFC 9112, 6: a message has a body when it says how that is framed.
function hasBody(request: Request): boolean {
  return request.get('transfer-encoding') !== undefined || Number(request.get('content-length') ?? 0) > 0;
}

export function contextOf(response: Response): RequestContext {
  const context = findContext(response);
  if (context === null) throw new Error('the route runs before loadRequestContext');
  return context;
}

/** Null when the request failed earlier, for example while the catalogue is unavailable. */
export function findContext(response: Response): RequestContext | null {
  const context: RequestContext | undefined = response.locals[KEY];
  return context ?? null;
}

export function requireSession(response: Response): BrowserSession {
  const { session } = contextOf(response);
  if (session === null) throw new PosternError('not_signed_in');
  return session;
}

/** For changes before anybody is signed in: sign-up and set-up. */
export function auditContextOfVisitor(response: Response): AuditContext {
  const { requestId, address, userAgent } = contextOf(response);
  return { actor: SYSTEM, requestId, browserIp: address, userAgent };
}

/** With current rights. Throws `not_signed_in`. */
export async function signedInPerson({ db }: Pick<Catalogue, 'db'>, response: Response): Promise<PersonActor> {
  const { user, sessionId, signIn } = requireSession(response);
  const person = await loadPersonActor({ db }, user.id);
  if (person === null) throw new PosternError('not_signed_in');
  return { ...person, viaSessionId: sessionId, viaSignIn: signIn.method };
}

/** For changes by the signed-in person, with current rights. Throws `not_signed_in`. */
export async function auditContextOfPerson(
  catalogue: Catalogue,
  response: Response,
): Promise<AuditContext & { readonly actor: PersonActor }> {
  const { requestId, address, userAgent } = contextOf(response);
  return { actor: await signedInPerson(catalogue, response), requestId, browserIp: address, userAgent };
}
