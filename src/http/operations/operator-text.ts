// Texts that operators and admins write for others: one line, cleaned (docs/security.md, "Text
// that others wrote"), never empty.

import { z } from 'zod';
import { MAX_OPERATOR_TEXT_CHARACTERS } from '../../fleet/node-messages.ts';
import { cleanUpstreamText } from '../../untrusted-text.ts';

export const MAX_REASON_CHARACTERS = 200;

export const reasonForm = z.object({ reason: operatorText(MAX_REASON_CHARACTERS, 'say why') });
export const noticeText = operatorText(MAX_OPERATOR_TEXT_CHARACTERS, 'write what to tell them');

function operatorText(maxCharacters: number, missing: string) {
  return z
    .string({ error: missing })
    .max(maxCharacters, `at most ${maxCharacters} characters`)
    .transform((text) => cleanUpstreamText(text).replace(/\s+/g, ' ').trim())
    .pipe(z.string().min(1, missing));
}
