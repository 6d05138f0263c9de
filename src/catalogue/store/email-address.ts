// E-mail addresses as people type them: checked, and compared without regard to case. Whether mail arrives is not known
// here.

import { PosternError } from '../../errors.ts';

export interface EmailAddress {
  /** As typed, trimmed. */
  readonly text: string;
  /** What addresses are compared by. */
  readonly key: string;
}

/** Neon API 2.7.3: e-mails have 1 to 256 characters. */
const MAX_EMAIL_CHARACTERS = 256;
const MAX_EMAILS_AT_ONCE = 100;
const SHAPE = /^[^\s\p{C}@<>,;:"\\()[\]]+@[^\s\p{C}@<>,;:"\\()[\]]+$/u;

/** Throws `invalid_input` when the text cannot be an address. */
export function parseEmail(text: string): EmailAddress {
  const trimmed = text.trim().normalize('NFC');
  if (trimmed.length > MAX_EMAIL_CHARACTERS || !SHAPE.test(trimmed)) {
    throw new PosternError('email_invalid', { params: { email: trimmed.slice(0, 64) } });
  }
  return { text: trimmed, key: emailKey(trimmed) };
}

/** What addresses are compared by, also of a text that is none. */
export function emailKey(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

/**
 * Addresses from a list separated by commas, semicolons or white space, each once, in the order given.
 * Throws `invalid_input` for an empty list, for more than 100, and for a text that cannot be an address.
 */
export function parseEmailList(text: string): EmailAddress[] {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.length === 0) throw new PosternError('email_missing');
  if (parts.length > MAX_EMAILS_AT_ONCE) {
    throw new PosternError('too_many_emails', { params: { limit: String(MAX_EMAILS_AT_ONCE) } });
  }
  return [...new Map(parts.map(parseEmail).map((email) => [email.key, email])).values()];
}
