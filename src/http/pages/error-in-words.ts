// An error's message and hint as sentences for a page; our messages are PostgreSQL's style, lower case and without an end.

import type { PosternError } from '../../errors.ts';

/** `message` → `Message. Hint.` */
export function errorInWords({ message, hint }: Pick<PosternError, 'message' | 'hint'>): string {
  const sentence = asSentence(message);
  return hint === null ? sentence : `${sentence} ${hint}`;
}

export function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
