// Text as one word of a command line. Pure.

const PLAIN = /^[A-Za-z0-9_@%+:,./-]+$/;

/** As it is where no shell changes it, quoted where one would. */
export function shellWord(text: string): string {
  return PLAIN.test(text) && !text.startsWith('-') ? text : shellQuoted(text);
}

/** Double quotes, which every shell knows, unless the text has a character special in them. */
export function shellQuoted(text: string): string {
  return /["$`\\!]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`;
}
