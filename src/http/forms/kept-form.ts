// What a person typed into a form that was not carried out, on its way back to the form's page in
// the query, with the reason of a refusal. Only the browser that typed it can have made it or can
// read it, since proxies log addresses. Secrets are never kept.

import { createHmac } from 'node:crypto';
import type { Request } from 'express';
import { z } from 'zod';
import type { PublicAddress } from '../../config/public-address.ts';
import { findVisitor } from '../request/cookies.ts';
import { openText, sealText } from './sealed-text.ts';

/** With all headers of the redirect in 4 KiB, nginx' limit; a longer form is not kept. */
const MAX_KEPT_CHARACTERS = 2_400;
const SECRET_FIELDS = /password|secret|url|token/;
const textsSchema = z.record(z.string(), z.string());
const keptSchema = z.object({ typed: textsSchema, said: textsSchema.nullable(), isWhole: z.boolean() });

export interface KeptForm {
  readonly typed: Readonly<Record<string, string>>;
  /** Why the form was refused, in the words of its page; null for a form that nobody looked at. */
  readonly said: Readonly<Record<string, string>> | null;
  /** Whether all that was typed is there. */
  readonly isWhole: boolean;
}

/** Of a form that nobody looked at, on pages with nothing else to say. */
export const NOT_DONE = 'Nothing has been done yet: you signed in after this page was loaded.';

/** The fields with one value each, without passwords and other secrets. */
export function typedIn(request: Request): Record<string, string> {
  const body = z.record(z.string(), z.unknown()).catch({}).parse(request.body);
  const texts = Object.entries(body).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && !SECRET_FIELDS.test(entry[0]),
  );
  return Object.fromEntries(texts);
}

/** The path to which the form was sent, without what was typed when that is too long. */
export function pathWithOutdatedForm(request: Request, visitor: string): string {
  const whole = pathWith({ typed: typedIn(request), said: null, isWhole: true }, { path: request.path, visitor });
  return whole ?? `${pathWith({ typed: {}, said: null, isWhole: false }, { path: request.path, visitor })}`;
}

/** Every path that takes forms answers GET with the page. Null when the form is too long for it. */
export function pathWithRefusedForm(
  request: Request,
  visitor: string,
  said: Readonly<Record<string, string>>,
): string | null {
  return pathWith({ typed: typedIn(request), said, isWhole: true }, { path: request.path, visitor });
}

/** Null when the address carries no form that this browser sent to this path. */
export function keptForm(request: Request, address: PublicAddress): KeptForm | null {
  const { kept } = request.query;
  const visitor = findVisitor(request, address);
  if (kept === undefined || visitor === null) return null;
  const sealed = Buffer.from(String(kept), 'base64url');
  const text = openText(sealed, keyOf({ path: request.path, visitor }));
  return text === null ? null : keptSchema.parse(JSON.parse(text));
}

interface Place {
  readonly path: string;
  readonly visitor: string;
}

function pathWith(form: KeptForm, place: Place): string | null {
  const text = JSON.stringify(form);
  if (text.length > MAX_KEPT_CHARACTERS) return null;
  const kept = sealText(text, keyOf(place)).toString('base64url');
  return kept.length > MAX_KEPT_CHARACTERS ? null : `${place.path}?kept=${kept}`;
}

function keyOf({ path, visitor }: Place): Buffer {
  return createHmac('sha256', visitor).update(`postern:v1:kept-form:${path}`).digest();
}
