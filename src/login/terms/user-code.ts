// The user code that a person compares between terminal and page. It authorises nothing.

import { randomInt } from 'node:crypto';

// RFC 8628 6.1: no vowels, hence no words, and nothing that looks alike. 20^8 codes are 34 bits.
const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ';
const LETTERS = 8;
const MAX_INPUT_CHARACTERS = 32;

export function newUserCode(): string {
  return inGroups(Array.from({ length: LETTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''));
}

/** `BCDF-GHJK`, from any case, with or without hyphens and spaces; null for anything else. */
export function normalizeUserCode(input: string): string | null {
  if (input.length > MAX_INPUT_CHARACTERS) return null;
  const letters = input.toUpperCase().replace(/[\s-]/g, '');
  return /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/.test(letters) ? inGroups(letters) : null;
}

function inGroups(letters: string): string {
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
