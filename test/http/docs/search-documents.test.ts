import { describe, expect, it } from 'vitest';
import { indexed, searchDocuments } from '../../../src/http/docs/search-documents.ts';

const SECTIONS = [
  { href: '/a', chapter: 'Operating', title: 'Drain', text: 'A node refuses new connections and waits for old ones.' },
  { href: '/b', chapter: 'Clients', title: 'Pools', text: 'Connections of a pool need a grant. Drain them first.' },
  { href: '/c', chapter: 'Clients', title: 'psql', text: `${'word '.repeat(100)}endpoint_unknown (C++) at the end` },
].map(indexed);

describe('searchDocuments', () => {
  it('finds sections that contain every word, those named so first', () => {
    expect(searchDocuments(SECTIONS, 'DRAIN').map(({ href }) => href)).toEqual(['/a', '/b']);
    expect(searchDocuments(SECTIONS, 'drain pool').map(({ href }) => href)).toEqual(['/b']);
    expect(searchDocuments(SECTIONS, 'drain nothing')).toEqual([]);
  });

  it('shows the text around the first match, and marks it', () => {
    const [found] = searchDocuments(SECTIONS, 'endpoint_unknown');
    const text = found?.excerpt.map((piece) => piece.text).join('') ?? '';
    expect(text.startsWith('… word')).toBe(true);
    expect(text.endsWith('(C++) at the end')).toBe(true);
    expect(found?.excerpt.filter(({ isMatch }) => isMatch).map((piece) => piece.text)).toEqual(['endpoint_unknown']);
  });

  it('finds nothing for no words, and takes signs as signs', () => {
    expect(searchDocuments(SECTIONS, ' ((( ')).toEqual([]);
    expect(searchDocuments(SECTIONS, 'e.d')).toEqual([]);
  });

  // `\-` is no escape in a pattern with the flag `u`: every word with a hyphen was an error.
  it.each(['verify-full', 'a.b', '-', '--', '.', 'ß', 'İ', '𝒜-1', '_', 'a-'])('finds and marks "%s"', (word) => {
    const [found] = searchDocuments([indexed({ href: '/', chapter: '', title: word, text: `so ${word} it is` })], word);
    expect(found?.excerpt.map((piece) => piece.text).join('')).toBe(`so ${word} it is`);
  });
});
