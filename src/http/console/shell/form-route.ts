// Routes of the console from tables: a form is answered by a redirect (303) when it was done, else
// by its page again with the reason (refused-form.ts). Whatever takes a form also answers GET with
// its page, for browsers that come back to it.

import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { FormNotice } from '../../../../web/components/console/console-view.ts';
import { isCorrectableOn, type PosternError } from '../../../errors.ts';
import { cleanForPage, cleanSentence } from '../../../untrusted-text.ts';
import { type KeptForm, keptForm, typedIn } from '../../forms/kept-form.ts';
import { refuseForm } from '../../forms/refused-form.ts';
import { asSentence } from '../../pages/error-handler.ts';
import { requireSession } from '../../request/request-context.ts';
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
  // Forms come first: a page of one thing would take the last word of their path for its id.
  for (const [path, submit, show] of forms) {
    router.post(prefix + path, formRoute(parts, open, { submit, show }));
    router.get(prefix + path, pageRoute(parts, open, show));
  }
  for (const [path, show, submit] of pages) {
    router.get(prefix + path, pageRoute(parts, open, show));
    if (submit !== undefined) router.post(prefix + path, formRoute(parts, open, { submit, show }));
  }
  return router;
}

function pageRoute<V extends ConsoleCall>(parts: ConsoleParts, open: OpenCall<V>, show: ShowPage<V>): RequestHandler {
  return async (request, response) => {
    const kept = keptForm(request, parts.address);
    const call = await open(parts, request, response);
    await show(call, kept === null ? undefined : { notice: noticeOfKept(kept, call), typed: kept.typed });
  };
}

function noticeOfKept({ said, isWhole }: KeptForm, { response }: ConsoleCall): FormNotice {
  if (said !== null) return { tone: 'problem', title: said.title ?? '', text: said.text ?? null };
  const email = cleanForPage(requireSession(response).user.email);
  const loss = isWhole ? '' : ' What you typed was too long to be kept.';
  return {
    tone: 'problem',
    title: 'Check the form and send it once more.',
    text: `Nothing has been done yet: ${email} signed in after this page was loaded.${loss}`,
  };
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
      // Outages get an error page; so does what is missing when its form goes with it.
      if (!isCorrectableOn('console', error)) throw error;
      // A streamed form has reported the refusal already.
      if (response.headersSent) return;
      const notice = noticeOf(error);
      const said = { title: notice.title, ...(notice.text === null ? {} : { text: notice.text }) };
      await refuseForm({ request, response, address: parts.address }, { status: error.httpStatus, said }, () =>
        show(call, { notice, typed: typedIn(request) }),
      );
    }
  };
}

function noticeOf(error: PosternError): FormNotice {
  return { tone: 'problem', title: asSentence(cleanSentence(error.message)), text: error.hint };
}
