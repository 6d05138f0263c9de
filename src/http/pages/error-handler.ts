// The error handler of all pages: sends a PosternError's own text, never any other error's.

import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { MessagePage } from '../../../web/pages/message-page.tsx';
import type { User } from '../../catalogue/accounts/users.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { PosternError, toPosternError, wordsOf } from '../../errors.ts';
import { cleanForPage, cleanSentence } from '../../untrusted-text.ts';
import { keptForm } from '../forms/kept-form.ts';
import { findContext } from '../request/request-context.ts';
import { MAX_NEXT_CHARACTERS, secondFactorPath } from '../request/safe-next.ts';
import type { PageRenderer } from './page-renderer.ts';

export const unknownPath: RequestHandler = () => {
  throw new PosternError('not_found', { params: { thing: 'page' } });
};

interface ErrorParts {
  readonly renderer: PageRenderer;
  readonly address: PublicAddress;
}

export function errorHandler(parts: ErrorParts): ErrorRequestHandler {
  return (thrown: unknown, request, response, _next) => {
    const error = asPosternError(thrown);
    if (error.httpStatus >= 500)
      request.log.error({ event: 'http.request_failed', err: error.cause ?? error, code: error.code }, error.message);
    // The response has started as a stream, so no error can be sent in it.
    if (response.headersSent) return void response.destroy();
    response.status(error.httpStatus).set('Cache-Control', 'no-store');
    if (wantsJson(request)) sendJson(response, error, String(request.id));
    else sendPage(parts, response, error);
  };
}

// body-parser's errors carry an HTTP status and are not PosternErrors.
export function asPosternError(thrown: unknown): PosternError {
  const status = thrown instanceof Error && 'status' in thrown ? thrown.status : null;
  if (status === 413) return new PosternError('too_large', { cause: thrown });
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new PosternError('unreadable_request', { cause: thrown });
  }
  return toPosternError(thrown);
}

export function wantsPage(request: Request): boolean {
  return request.accepts(['html', 'json', 'application/x-ndjson']) === 'html';
}

/** Programs ask for JSON with an Accept header; all other clients get a page. */
export function wantsJson(request: Request): boolean {
  return request.accepts(['html', 'json']) === 'json';
}

function sendJson(response: Response, error: PosternError, requestId: string): void {
  response.json({ code: error.code, message: error.message, request_id: requestId });
}

function sendPage({ renderer, address }: ErrorParts, response: Response, error: PosternError): void {
  const request = response.req;
  if (error.code === 'not_signed_in') {
    // What is too long to lead back is not repeated: an answer six times as long as its question.
    const next = request.originalUrl.length > MAX_NEXT_CHARACTERS ? '/' : request.originalUrl;
    response.redirect(303, `/sign-in?next=${encodeURIComponent(next)}`);
    return;
  }
  const user = findContext(response)?.session?.user ?? null;
  const isOfAnother = user !== null && [403, 404].includes(error.httpStatus) && isOutdatedForm(request, address);
  renderer.send(request, response, MessagePage, {
    tone: 'stopped',
    ...(isOfAnother ? somebodyElse(user) : titleAndText(error)),
    reference: error.code === 'internal' ? (error.params.reference ?? null) : null,
    link: isOfAnother ? BACK : linkOnward(request, { error, isSignedIn: user !== null }),
  });
}

const BACK = { label: 'Back to the start', href: '/' } as const;

function linkOnward(request: Request, { error, isSignedIn }: { error: PosternError; isSignedIn: boolean }) {
  if (!isSignedIn) return { label: 'Sign in', href: '/sign-in' };
  if (error.code !== 'second_factor_demanded') return BACK;
  return { label: 'Add a second factor', href: secondFactorPath(request.method === 'GET' ? request.originalUrl : '/') };
}

function titleAndText(error: PosternError) {
  return {
    title: TITLES_OF_CODES[error.code] ?? TITLES[error.httpStatus] ?? 'That did not work',
    text: error.code === 'internal' ? INTERNAL_TEXT : errorInWords(error),
  };
}

function isOutdatedForm(request: Request, address: PublicAddress): boolean {
  const kept = keptForm(request, address);
  return kept !== null && kept.said === null;
}

/** Signed in in another tab, at a form of somebody whose page this person does not have. */
function somebodyElse({ email }: Pick<User, 'email'>) {
  return {
    title: 'Somebody else is signed in now',
    text: `Nothing has been done: ${cleanForPage(email)} signed in at this browser after the form was loaded, and has no such page. Sign out, and in again as the person who filled it in.`,
  };
}

const INTERNAL_TEXT = 'Our log knows more. Give the reference to your operator.';

const TITLES_OF_CODES: Readonly<Record<string, string>> = {
  link_unknown: 'This link no longer works',
  second_factor_demanded: 'One more step',
};

const TITLES: Readonly<Record<number, string>> = {
  403: 'You don’t have access',
  404: 'Page not found',
  409: 'Already decided',
  413: 'Too large',
  414: 'That address is too long',
  429: 'Slow down a little',
  431: 'Too many headers',
  500: 'Something broke on our side',
  503: 'Back in a moment',
};

/** `message` → `Message. Hint.`, with parameters cleaned for a page. */
export function errorInWords(error: PosternError): string {
  const { message, hint } = wordsOf(error, cleanSentence);
  const sentence = asSentence(message);
  return hint === null ? sentence : `${sentence} ${hint}`;
}

export function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
