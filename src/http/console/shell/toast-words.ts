// What a toast says of an act with names, and the form that takes it back, on their way to the page
// after the redirect. Sealed by the browser's own cookie, so that no link can put words or a form
// into a page, and proxies log no names.

import { createHmac } from 'node:crypto';
import type { Request } from 'express';
import { z } from 'zod';
import type { PublicAddress } from '../../../config/public-address.ts';
import { openText, sealText } from '../../forms/sealed-text.ts';
import { findVisitor } from '../../request/cookies.ts';

/** With the rest of the redirect in 4 KiB, nginx' limit; what is longer is said without names. */
const MAX_CHARACTERS = 2_000;

const wordsSchema = z.object({
  title: z.string(),
  undo: z.object({ action: z.string(), fields: z.record(z.string(), z.string()) }).optional(),
});

export type ToastWords = z.output<typeof wordsSchema>;

/** The value of `said=`; null for a browser without our cookie, and for too many words. */
export function sealWords(request: Request, address: PublicAddress, words: ToastWords): string | null {
  const visitor = findVisitor(request, address);
  if (visitor === null) return null;
  const sealed = sealText(JSON.stringify(words), keyOf(visitor)).toString('base64url');
  return sealed.length > MAX_CHARACTERS ? null : sealed;
}

const sealedText = z.string().min(1).max(MAX_CHARACTERS);

/** From the query of a page; null for what this browser was not told. */
export function openWords(request: Request, address: PublicAddress): ToastWords | null {
  const visitor = findVisitor(request, address);
  const { data: sealed } = sealedText.safeParse(request.query.said);
  if (sealed === undefined || visitor === null) return null;
  const text = openText(Buffer.from(sealed, 'base64url'), keyOf(visitor));
  return text === null ? null : wordsSchema.parse(JSON.parse(text));
}

function keyOf(visitor: string): Buffer {
  return createHmac('sha256', visitor).update('postern:v1:toast-words').digest();
}
