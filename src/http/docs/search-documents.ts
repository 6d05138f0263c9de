// Full-text search over sections: every word must occur, titles count more than text.

export interface SearchedSection {
  readonly href: string;
  readonly chapter: string;
  readonly title: string;
  readonly text: string;
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

export function searchDocuments(sections: readonly SearchedSection[], query: string): Found[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  return sections
    .map((section) => ({ section, score: scoreOf(section, words) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, MOST_RESULTS)
    .map(({ section: { text, ...place } }) => ({ ...place, excerpt: excerptOf(text, words) }));
}

function wordsOf(query: string): string[] {
  return (query.toLowerCase().match(/[\p{L}\p{N}_.-]+/gu) ?? []).slice(0, MOST_WORDS);
}

/** 0 when a word is missing. */
function scoreOf({ chapter, title, text }: SearchedSection, words: readonly string[]): number {
  const scores = words.map(
    (word) =>
      (title.toLowerCase().includes(word) ? TITLE_WEIGHT : 0) +
      (chapter.toLowerCase().includes(word) ? CHAPTER_WEIGHT : 0) +
      Math.min(text.toLowerCase().split(word).length - 1, MOST_COUNTED),
  );
  return scores.includes(0) ? 0 : scores.reduce((sum, score) => sum + score, 0);
}

function excerptOf(text: string, words: readonly string[]): Found['excerpt'] {
  const lower = text.toLowerCase();
  const places = words.map((word) => lower.indexOf(word)).filter((place) => place >= 0);
  const first = places.length === 0 ? 0 : Math.min(...places);
  const start = first <= BEFORE ? 0 : text.lastIndexOf(' ', first - BEFORE) + 1;
  const end = Math.min(text.length, first + AFTER);
  const excerpt = `${start > 0 ? '… ' : ''}${text.slice(start, end)}${end < text.length ? ' …' : ''}`;
  const pattern = new RegExp(`(${words.map(escaped).join('|')})`, 'giu');
  // A pattern with one group: every second piece is a match.
  return excerpt.split(pattern).map((piece, index) => ({ text: piece, isMatch: index % 2 === 1 }));
}

function escaped(word: string): string {
  return word.replaceAll(/[.-]/g, '\\$&');
}
