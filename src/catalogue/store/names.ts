// Names that people give to things: trimmed, not empty, not too long, with nothing invisible.

import { PosternError } from '../../errors.ts';
import { hasInvisibleCharacters } from '../../untrusted-text.ts';

/** Neon API 2.7.3: names have 1 to 256 characters. */
const MAX_NAME_CHARACTERS = 256;

/** Returns the trimmed name. Throws `name_invalid` with the field. */
export function requireName(text: string, field: string): string {
  const name = text.trim().normalize('NFC');
  if (name === '' || name.length > MAX_NAME_CHARACTERS || hasInvisibleCharacters(name)) {
    throw new PosternError('name_invalid', { params: { field, limit: String(MAX_NAME_CHARACTERS) } });
  }
  return name;
}

/** What to call a person of whom only the e-mail is known: `olga.example@…` is Olga Example. */
export function nameFromEmail(email: string): string {
  const local = email.trim().split(/[@+]/, 1)[0] ?? '';
  const words = local.split(/[._-]+/).filter((word) => word !== '');
  const name = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(' ');
  return name === '' ? email.trim() : name;
}

/** At most 40 lower-case letters, digits and hyphens; `fallback` when nothing is left. */
export function slugOf(name: string, fallback: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  return slug === '' ? fallback : slug;
}
