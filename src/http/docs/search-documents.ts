// Full-text search over sections: every word must occur, titles count more than text.

export interface SearchedSection {
  readonly href: string;
  readonly chapter: string;
  readonly title: string;
  readonly text: string;
}

/** With its words in lower case, once for all searches. */
export interface IndexedSection extends SearchedSection {
  readonly lower: Readonly<Record<'chapter' | 'title' | 'text', string>>;
}

interface Found extends Omit<SearchedSection, 'text'> {
  readonly excerpt: ReadonlyArray<{ readonly text: string; readonly isMatch: boolean }>;
}

const MOST_RESULTS = 30;
const MOST_WORDS = 8;
const MOST_COUNTED = 5;
const TITLE_WEIGHT = 12;
const CHAPTER_WEIGHT = 6;
/** Characters before and after the first match. */
const BEFORE = 60;
const AFTER = 140;

export function indexed(section: SearchedSection): IndexedSection {
  const { chapter, title, text } = section;
  const lower = { chapter: chapter.toLowerCase(), title: title.toLowerCase(), text: text.toLowerCase() };
  return { ...section, lower };
}

export function searchDocuments(sections: readonly IndexedSection[], query: string): Found[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  return sections
    .map((section) => ({ section, score: scoreOf(section, words) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, MOST_RESULTS)
    .map(({ section: { href, chapter, title, ...of } }) => ({ href, chapter, title, excerpt: excerptOf(of, words) }));
}

function wordsOf(query: string): string[] {
  return (query.toLowerCase().match(/[\p{L}\p{N}_.-]+/gu) ?? []).slice(0, MOST_WORDS);
}

/** 0 when a word is missing. */
function scoreOf({ lower: { chapter, title, text } }: IndexedSection, words: readonly string[]): number {
  let score = 0;
  for (const word of words) {
    const ofWord =
      (title.includes(word) ? TITLE_WEIGHT : 0) +
      (chapter.includes(word) ? CHAPTER_WEIGHT : 0) +
      countUpTo(MOST_COUNTED, word, text);
    if (ofWord === 0) return 0;
    score += ofWord;
  }
  return score;
}

// Anybody may search, on the thread that relays bytes: no more is counted than counts.
function countUpTo(most: number, word: string, text: string): number {
  let count = 0;
  for (let at = text.indexOf(word); at !== -1 && count < most; at = text.indexOf(word, at + word.length)) count += 1;
  return count;
}

function excerptOf(
  { text, lower }: Pick<IndexedSection, 'text' | 'lower'>,
  words: readonly string[],
): Found['excerpt'] {
  const places = words.map((word) => lower.text.indexOf(word)).filter((place) => place >= 0);
  const first = places.length === 0 ? 0 : Math.min(...places);
  const start = first <= BEFORE ? 0 : text.lastIndexOf(' ', first - BEFORE) + 1;
  const end = Math.min(text.length, first + AFTER);
  const excerpt = `${start > 0 ? '… ' : ''}${text.slice(start, end)}${end < text.length ? ' …' : ''}`;
  const pattern = new RegExp(`(${words.map(literally).join('|')})`, 'giu');
  // A pattern with one group: every second piece is a match.
  return excerpt.split(pattern).map((piece, index) => ({ text: piece, isMatch: index % 2 === 1 }));
}

/** Each sign as its code point: what `\\-` escapes without the flag `u` is an error with it. */
function literally(word: string): string {
  return Array.from(word, (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`).join('');
}
