// What a person typed into a form that was not carried out, on its way back to the form's page in
// the query. Only the browser that typed it can have made it; secrets are never kept.

import { createHmac } from 'node:crypto';
import type { Request } from 'express';
import { z } from 'zod';
import type { PublicAddress } from '../../config/public-address.ts';
import { findVisitor } from './cookies.ts';
import { isSameText } from './same-text.ts';

/** A longer form comes back empty: proxies limit the length of an address. */
const MAX_KEPT_CHARACTERS = 3_000;
const SECRET_FIELDS = /password|secret|url|token/;
const fieldsSchema = z.record(z.string(), z.string());

/** The fields with one value each, without passwords and other secrets. */
export function typedIn(request: Request): Record<string, string> {
  const body = z.record(z.string(), z.unknown()).catch({}).parse(request.body);
  const texts = Object.entries(body).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && !SECRET_FIELDS.test(entry[0]),
  );
  return Object.fromEntries(texts);
}

/** The path to which the form was sent, with what was typed. Every such path answers GET. */
export function pathWithForm(request: Request, visitor: string | null): string {
  const fields = Buffer.from(JSON.stringify(typedIn(request))).toString('base64url');
  if (visitor === null || fields.length > MAX_KEPT_CHARACTERS) return request.path;
  return `${request.path}?kept=${fields}.${proofOf(fields, { path: request.path, visitor })}`;
}

/** Null when the address carries no form that this browser sent to this path. */
export function keptForm(request: Request, address: PublicAddress): Record<string, string> | null {
  const [fields = '', proof = ''] = String(request.query.kept ?? '').split('.');
  const visitor = findVisitor(request, address);
  if (visitor === null || !isSameText(proof, proofOf(fields, { path: request.path, visitor }))) return null;
  return fieldsSchema.parse(JSON.parse(Buffer.from(fields, 'base64url').toString()));
}

function proofOf(fields: string, { path, visitor }: { readonly path: string; readonly visitor: string }): string {
  return createHmac('sha256', visitor).update(`postern:v1:kept-form:${path}:${fields}`).digest('base64url');
}
