// E-mail addresses as people type them: validated, compared case-insensitively.

import { PosternError } from '../../errors.ts';

export interface EmailAddress {
  /** As typed, trimmed. */
  readonly text: string;
  /** The form in which addresses are compared. */
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

/** The form in which addresses are compared, even for a text that is not an address. */
export function emailKey(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

/** Split at commas, semicolons and white space, without repeats. Throws for none, or over 100. */
export function parseEmailList(text: string): EmailAddress[] {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.length === 0) throw new PosternError('email_missing');
  if (parts.length > MAX_EMAILS_AT_ONCE) {
    throw new PosternError('too_many_emails', { params: { limit: String(MAX_EMAILS_AT_ONCE) } });
  }
  return [...new Map(parts.map(parseEmail).map((email) => [email.key, email])).values()];
}
