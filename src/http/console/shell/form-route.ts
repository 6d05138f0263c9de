// Answers a form of the console: a redirect (303) when it was done, else the page again with the
// reason and the status of the error. Knows nothing of what a form is about.

import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { FormNotice } from '../../../../web/components/console/console-view.ts';
import { isCorrectableOn, PosternError } from '../../../errors.ts';
import { cleanSentence } from '../../../untrusted-text.ts';
import type { ConsoleCall } from './console-call.ts';
import type { ConsoleParts } from './console-parts.ts';

/** Opens what the path names for the signed-in person, or throws. */
export type OpenCall<V extends ConsoleCall> = (parts: ConsoleParts, request: Request, response: Response) => Promise<V>;

/** Shows a page; `again` when its form was refused. */
export type Showing<V extends ConsoleCall> = (call: V, again?: Again) => Promise<void>;

/** Performs a form and answers: by a redirect, or by a page that shows a secret this once. */
export type Acting<V extends ConsoleCall> = (call: V) => Promise<void>;

export interface Again {
  readonly notice: FormNotice;
  /** As the person typed it, to be filled in again; never passwords. */
  readonly typed: Readonly<Record<string, string>>;
}

export function pageRoute<V extends ConsoleCall>(
  parts: ConsoleParts,
  open: OpenCall<V>,
  show: Showing<V>,
): RequestHandler {
  return async (request, response) => {
    await show(await open(parts, request, response));
  };
}

export function formRoute<V extends ConsoleCall>(
  parts: ConsoleParts,
  open: OpenCall<V>,
  { act, show }: { readonly act: Acting<V>; readonly show: Showing<V> },
): RequestHandler {
  return async (request, response) => {
    const call = await open(parts, request, response);
    try {
      await act(call);
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

/** The form's fields as the schema wants them. Throws `invalid_input` with the first problem. */
export function parseForm<Schema extends z.ZodType>(
  { request }: Pick<ConsoleCall, 'request'>,
  schema: Schema,
): z.output<Schema> {
  const parsed = schema.safeParse(request.body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const params = { field: issue?.path.join('.') ?? 'form', rule: issue?.message ?? 'invalid' };
  throw new PosternError('invalid_field', { params });
}

/** Redirects the browser to a page. */
export function goTo({ response }: Pick<ConsoleCall, 'response'>, path: string): void {
  response.redirect(303, path);
}

/** A refusal for the page: a sentence and what to do next. */
function noticeOf(error: PosternError): FormNotice {
  const text = cleanSentence(error.message);
  return { tone: 'problem', title: `${text.charAt(0).toUpperCase()}${text.slice(1)}.`, text: error.hint };
}

const SECRET_FIELDS = /password|secret|url|token/;

function typedIn(request: Request): Record<string, string> {
  const body = z.record(z.string(), z.unknown()).catch({}).parse(request.body);
  const texts = Object.entries(body).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && !SECRET_FIELDS.test(entry[0]),
  );
  return Object.fromEntries(texts);
}
