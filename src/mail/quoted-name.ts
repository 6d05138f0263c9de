// Text of other people in a mail: one line in quotation marks, with nothing that mail readers turn
// into a link, so that nobody speaks to a stranger through the name of a project.

import { cleanForPage } from '../untrusted-text.ts';

const QUOTES = /["“”„‟«»＂]/gu;
const SCHEME_COLON = /(?<=[a-z])[:：](?=\S)/giu;
const INNER_DOT = /(?<=\S)[.。．｡](?=[\p{L}\p{N}])/gu;
const INNER_AT = /(?<=\S)[@＠](?=\S)/gu;

export function quotedName(text: string): string {
  return `"${defused(text)}"`;
}

/** Without the quotation marks: an address of a network, a program's name. */
export function defused(text: string): string {
  return cleanForPage(text)
    .replace(QUOTES, "'")
    .replace(SCHEME_COLON, '[:]')
    .replace(INNER_DOT, '[.]')
    .replace(INNER_AT, '[at]');
}
