// An error's message and hint as sentences for a page. The error table's messages are in
// PostgreSQL's style, lower case and without a period.

import { type PosternError, wordsOf } from '../../errors.ts';
import { cleanSentence } from '../../untrusted-text.ts';

/** `message` → `Message. Hint.`, with parameters cleaned for a page. */
export function errorInWords(error: PosternError): string {
  const { message, hint } = wordsOf(error, cleanSentence);
  const sentence = asSentence(message);
  return hint === null ? sentence : `${sentence} ${hint}`;
}

export function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
