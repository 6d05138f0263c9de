// Text of other people in a mail: one line in quotation marks, with nothing that mail readers turn
// into a link, so that nobody speaks to a stranger through the name of a project.

import { cleanForPage, cleanSentence, hasInvisibleCharacters } from '../untrusted-text.ts';
import { MAX_SUBJECT_CHARACTERS } from './compose-mail.ts';

const QUOTES = /["“”„‟«»＂]/gu;
const SCHEME_COLON = /(?<=[a-z])[:：](?=\S)/giu;
const INNER_DOT = /(?<=\S)[.。．｡](?=[\p{L}\p{N}])/gu;
const INNER_AT = /(?<=\S)[@＠](?=\S)/gu;

export function quotedName(text: string): string {
  return `"${defused(text)}"`;
}

/** A sentence or two that somebody wrote, such as a reason: not shortened. */
export function quotedText(text: string): string {
  return `"${defusedText(cleanSentence(text))}"`;
}

/** Without the quotation marks: an address of a network, a program's name. */
export function defused(text: string): string {
  return defusedText(cleanForPage(text));
}

function defusedText(text: string): string {
  return text.replace(QUOTES, "'").replace(SCHEME_COLON, '[:]').replace(INNER_DOT, '[.]').replace(INNER_AT, '[at]');
}

// Three short words of one script: enough for most names, too little for somebody else's message.
const WORD = /[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*/u;
const PLAIN_NAME = new RegExp(`^${WORD.source}(?: ${WORD.source}){0,2}$`, 'u');
const MAX_PLAIN_CHARACTERS = 32;

/** Whether it is told apart from our own words without quotation marks, and not for our own. */
export function isPlainName(text: string, brand: string): boolean {
  const isOneScript = /^[\p{Script=Latin}\P{L}]+$/u.test(text) || !/\p{Script=Latin}/u.test(text);
  const isOurs = text.normalize('NFKC').toLowerCase().includes(brand.toLowerCase());
  const isShort = text.length <= MAX_PLAIN_CHARACTERS && PLAIN_NAME.test(text);
  return isShort && isOneScript && !isOurs && !hasInvisibleCharacters(text);
}

/** A subject that names something, shortened until the whole subject fits. */
export function subjectNaming(name: string, subject: (quoted: string) => string): string {
  const room = MAX_SUBJECT_CHARACTERS - subject('""').length;
  const shown = defused(name);
  if (shown.length <= room) return subject(`"${shown}"`);
  return subject(`"${shown.slice(0, room - 3).replace(/[\ud800-\udbff]$/, '')}..."`);
}
