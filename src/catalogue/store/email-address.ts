// E-mail addresses as people type them: validated, and compared by one spelling. The domain has
// many: capitals, full-width letters, Unicode or punycode, a dot at its end.

import { PosternError } from '../../errors.ts';
import { asciiDomain } from '../../network-address.ts';

export interface EmailAddress {
  /** Trimmed, with the domain in its one spelling. */
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
  const typed = text.trim().normalize('NFC');
  const { local, domain } = partsOf(typed);
  const email = `${local}@${domain}`;
  if (domain === null || !SHAPE.test(typed) || email.length > MAX_EMAIL_CHARACTERS) {
    throw new PosternError('email_invalid', { params: { email: typed.slice(0, 64) } });
  }
  return { text: email, key: email.toLowerCase() };
}

/** The form in which addresses are compared, even for a text that is not an address. */
export function emailKey(text: string): string {
  // Postgres stores no NUL, and so nobody has one.
  const typed = text.replaceAll('\0', '\ufffd').trim().normalize('NFC');
  const { local, domain } = partsOf(typed);
  return (domain === null ? typed : `${local}@${domain}`).toLowerCase();
}

function partsOf(typed: string): { readonly local: string; readonly domain: string | null } {
  const at = typed.lastIndexOf('@');
  return { local: typed.slice(0, Math.max(at, 0)), domain: at < 1 ? null : asciiDomain(typed.slice(at + 1)) };
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
