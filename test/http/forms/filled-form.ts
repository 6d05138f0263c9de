// A form of the web side as a person has filled it in: right, so that sending it changes something.

import type { UserId } from '../../../src/ids.ts';
import { type Answer, BrowserJar, csrfTokenIn } from '../../support/browser/browser-jar.ts';
import { beginSession } from '../../support/browser/session-for-tests.ts';
import { newIdentity, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { addPerson, type PersonForTests } from '../../support/databases/catalogue-for-tests.ts';

export interface FilledForm {
  readonly web: WebForTests;
  readonly jar: BrowserJar;
  /** Null before sign-in. */
  readonly userId: UserId | null;
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly csrfToken: string;
}

export type Fill = (web: WebForTests) => Promise<FilledForm>;

type Given = Readonly<Record<string, string>>;

/** What a browser says of the form of a page that is sent by a click. */
export const BY_CLICK = {
  'Sec-Fetch-Site': 'same-origin',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Dest': 'document',
  'Sec-Fetch-User': '?1',
  Origin: 'null',
};

export async function filled(
  { web, jar, userId }: Pick<FilledForm, 'web' | 'jar'> & { readonly userId: UserId },
  path: string,
  fields: Given = {},
): Promise<FilledForm> {
  const csrfToken = csrfTokenIn((await jar.get('/app/me/profile')).text);
  return { web, jar, userId, path, fields, csrfToken };
}

/** Before sign-in: the page of the form is at its own path. */
export async function filledByVisitor(web: WebForTests, path: string, fields: Given): Promise<FilledForm> {
  const jar = new BrowserJar(web.url, { address: newIdentity().address });
  return { web, jar, userId: null, path, fields, csrfToken: await jar.csrfToken(path) };
}

export async function click(form: FilledForm, fields: Given | URLSearchParams = form.fields): Promise<Answer> {
  const body = new URLSearchParams(fields);
  if (!body.has('csrf_token')) body.set('csrf_token', form.csrfToken);
  return await form.jar.post(form.path, body, BY_CLICK);
}

/** Another tab of the same browser signs the person in again, or somebody else. */
export async function signInElsewhere({ web, jar }: FilledForm, userId: UserId): Promise<void> {
  const session = { userId, ip: '127.0.0.1', userAgent: 'test' };
  jar.setSession((await beginSession(web.catalogue, session)).cookie.reveal());
}

export async function somebodyElse(web: WebForTests): Promise<PersonForTests> {
  return await addPerson(web.catalogue, 'other');
}

/** 30 KB, as browsers send to each application of one host. */
export function addCookiesOfOthers(jar: BrowserJar): void {
  for (let index = 0; index < 15; index += 1) jar.setCookie(`app${index}`, 'x'.repeat(2_000));
}
