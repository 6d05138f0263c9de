// Routes of the console from tables: a form is answered by a redirect (303) when it was done, else
// by the page again with the reason and the status of the error.

import { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import type { FormNotice } from '../../../../web/components/console/console-view.ts';
import { isCorrectableOn, type PosternError } from '../../../errors.ts';
import { cleanSentence } from '../../../untrusted-text.ts';
import { asSentence } from '../../request/error-handler.ts';
import type { Again, ConsoleCall, ConsoleParts } from './console-call.ts';

export type OpenCall<V extends ConsoleCall> = (parts: ConsoleParts, request: Request, response: Response) => Promise<V>;

type ShowPage<V extends ConsoleCall> = (call: V, again?: Again) => Promise<void>;

/** Performs a form and answers: by a redirect, or by a page that shows a secret this once. */
type SubmitForm<V extends ConsoleCall> = (call: V) => Promise<void>;

export interface RouteTable<V extends ConsoleCall> {
  /** What all paths begin with. */
  readonly prefix: string;
  /** Path, page, and what handles the form that is sent to the same path. */
  readonly pages: ReadonlyArray<readonly [path: string, show: ShowPage<V>, submit?: SubmitForm<V>]>;
  /** Path, handler of the form, and the page shown again when it is refused. */
  readonly forms: ReadonlyArray<readonly [path: string, submit: SubmitForm<V>, show: ShowPage<V>]>;
}

export function tableRoutes<V extends ConsoleCall>(
  parts: ConsoleParts,
  open: OpenCall<V>,
  { prefix, pages, forms }: RouteTable<V>,
): Router {
  const router = Router();
  for (const [path, show, submit] of pages) {
    router.get(prefix + path, async (request, response) => show(await open(parts, request, response)));
    if (submit !== undefined) router.post(prefix + path, formRoute(parts, open, { submit, show }));
  }
  for (const [path, submit, show] of forms) router.post(prefix + path, formRoute(parts, open, { submit, show }));
  return router;
}

function formRoute<V extends ConsoleCall>(
  parts: ConsoleParts,
  open: OpenCall<V>,
  { submit, show }: { readonly submit: SubmitForm<V>; readonly show: ShowPage<V> },
): RequestHandler {
  return async (request, response) => {
    const call = await open(parts, request, response);
    try {
      await submit(call);
    } catch (error) {
      // Unknown objects, outages and forged requests get an error page.
      if (!isCorrectableOn('console', error)) throw error;
      // A streamed form has reported the refusal already.
      if (response.headersSent) return;
      response.status(error.httpStatus);
      await show(call, { notice: noticeOf(error), typed: typedIn(request) });
    }
  };
}

function noticeOf(error: PosternError): FormNotice {
  return { tone: 'problem', title: asSentence(cleanSentence(error.message)), text: error.hint };
}

const SECRET_FIELDS = /password|secret|url|token/;

function typedIn(request: Request): Record<string, string> {
  const body = z.record(z.string(), z.unknown()).catch({}).parse(request.body);
  const texts = Object.entries(body).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && !SECRET_FIELDS.test(entry[0]),
  );
  return Object.fromEntries(texts);
}
