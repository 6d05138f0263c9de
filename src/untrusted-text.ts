// Cleans text before it is shown or logged (docs/security.md, "Text that others wrote"), and reads
// JSON that may be none.

/** Longest name shown in a message, in UTF-16 units. */
export const MAX_SHOWN_CHARACTERS = 64;
/** Longest reason or notice of an operator shown to a terminal, in UTF-16 units. */
export const MAX_OPERATOR_CHARACTERS = 500;
/** Longest text from an upstream shown to a terminal, in UTF-16 units. */
export const MAX_UPSTREAM_CHARACTERS = 8_192;
/** Longest `untrusted_…` value in a log line or audit event. */
export const MAX_LOGGED_CHARACTERS = 256;

const LONE_SURROGATE = /\p{Surrogate}/gu;
// C0, DEL, C1; bidi controls, zero-width and other format characters, tags; line and paragraph
// separators; fillers, which are letters without a shape, and the empty Braille pattern; variation
// selectors, but for the one that makes a sign an emoji or a keycap.
const UNSEEN = [
  String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800]`,
  String.raw`[\u034f\u17b4\u17b5\u180b-\u180d\u180f\ufe00-\ufe0e\u{e0100}-\u{e01ef}]`,
  String.raw`(?<!\p{Extended_Pictographic})\ufe0f(?!\u20e3)`,
].join('|');
const INVISIBLE = new RegExp(UNSEEN, 'gu');
const INVISIBLE_BUT_LF_AND_TAB = new RegExp(String.raw`(?![\n\t])(?:${UNSEEN})`, 'gu');
// Whatever looks like the quotes around a name.
const QUOTE_OR_BACKSLASH =
  /["\\\u02ba\u02ee\u201c-\u201f\u2033\u2034\u2036\u2037\u2057\u275d\u275e\u301d-\u301f\uff02\u{1f676}-\u{1f678}]/gu;
const SCHEME_COLON = /:(?=\/\/)/g;
const NON_ASCII = /[^\n\t\u0020-\u007e]/gu;

/** Whether a name holds what a reader cannot see. New names may not; old ones are cleaned. */
export function hasInvisibleCharacters(text: string): boolean {
  return text.search(INVISIBLE) >= 0 || text.search(LONE_SURROGATE) >= 0;
}

/** A short name for a page or JSON: one line, no controls, at most 64 characters and `...`. */
export function cleanForPage(text: string): string {
  return shorten(text.replace(LONE_SURROGATE, '?').replace(INVISIBLE, ''), MAX_SHOWN_CHARACTERS);
}

/** A short name for a terminal: as `cleanForPage`, with nothing that terminals make a link of. */
export function cleanForTerminal(text: string): string {
  return cleanForPage(text).replace(SCHEME_COLON, '[:]');
}

// What phones and word processors type. Double quotes of names are escaped before this.
const TYPOGRAPHY: ReadonlyArray<readonly [RegExp, string]> = [
  [/[\u2018\u2019\u201a\u201b]/g, "'"],
  [/[\u201c\u201d\u201e\u201f]/g, '"'],
  [/[\u2010-\u2015\u2212]/g, '-'],
  [/\u2026/g, '...'],
  [/[\u00a0\u2002-\u200a\u202f]/g, ' '],
];

/** For readers of an unknown encoding: quotes and dashes in ASCII, all else beyond it as `?`. */
export function asciiOnly(text: string): string {
  const plain = TYPOGRAPHY.reduce((before, [characters, ascii]) => before.replace(characters, ascii), text);
  return plain.replace(NON_ASCII, '?');
}

/** A name in quotes, none of which it can end by itself, nor seem to. */
export function quoted(name: string): string {
  return `"${escapeQuotes(name)}"`;
}

/** For a text between quotes. */
export function escapeQuotes(text: string): string {
  return text.replace(QUOTE_OR_BACKSLASH, '\\$&');
}

/** A sentence for a page that may contain names from outside: no controls, not shortened. */
export function cleanSentence(text: string): string {
  return text.replace(LONE_SURROGATE, '?').replace(INVISIBLE, '');
}

/** Escapes what a terminal would obey; the value stays the same. */
export function escapeInJson(json: string): string {
  return json.replace(INVISIBLE_BUT_LF_AND_TAB, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** What an operator says to a terminal: a sentence or two, cleaned as a name is. */
export function cleanOperatorText(text: string): string {
  return shorten(text.replace(LONE_SURROGATE, '?').replace(INVISIBLE, ''), MAX_OPERATOR_CHARACTERS);
}

/** A value for an `untrusted_…` field: controls kept out, at most 256 characters. */
export function cleanForLog(text: string): string {
  return shorten(text.replace(LONE_SURROGATE, '?').replace(INVISIBLE, ''), MAX_LOGGED_CHARACTERS);
}

/** Letters of any script, LF and TAB stay; controls go; at most 8,192 characters. */
export function cleanUpstreamText(text: string): string {
  return shorten(text.replace(LONE_SURROGATE, '?').replace(INVISIBLE_BUT_LF_AND_TAB, ''), MAX_UPSTREAM_CHARACTERS);
}

function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, limit);
  return `${cut.replace(/[\ud800-\udbff]$/, '')}...`;
}

/** Null for what is not JSON. */
export function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
