import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asciiOnly,
  cleanForLog,
  cleanForPage,
  cleanForTerminal,
  cleanUpstreamText,
  escapeInJson,
  hasInvisibleCharacters,
  quoted,
} from '../src/untrusted-text.ts';

const SEED = 20_260_101;

// Each could move the cursor, hide text, turn it around or start a line of its own.
const HOSTILE = [
  ['ESC', '\u001b'],
  ['an OSC-8 link', '\u001b]8;;https://evil.example\u001b\\'],
  ['BEL', '\u0007'],
  ['NUL', '\0'],
  ['CR', '\r'],
  ['backspace', '\b'],
  ['DEL', '\u007f'],
  ['a C1 control', '\u009b'],
  ['the Arabic letter mark', '\u061c'],
  ['a right-to-left mark', '\u200f'],
  ['a right-to-left override', '\u202e'],
  ['a bidi isolate', '\u2067'],
  ['a zero-width space', '\u200b'],
  ['a zero-width joiner', '\u200d'],
  ['a word joiner', '\u2060'],
  ['a byte order mark', '\ufeff'],
  ['a line separator', '\u2028'],
  ['a paragraph separator', '\u2029'],
  ['a soft hyphen', '\u00ad'],
  ['an invisible operator', '\u2064'],
  ['a tag', '\u{e0041}'],
  ['a Hangul filler', '\u3164'],
  ['an annotation anchor', '\ufff9'],
  ['an empty Braille pattern', '\u2800'],
  ['a variation selector', '\ufe0e'],
  ['the emoji selector at a letter', '\ufe0f'],
  ['a rare variation selector', '\u{e0100}'],
  ['a Mongolian variation selector', '\u180c'],
] as const;

const CLEANERS = [cleanForPage, cleanForTerminal, cleanForLog, cleanUpstreamText];

describe('text that others wrote', () => {
  it.each(HOSTILE)('loses %s wherever it is shown', (_name, hostile) => {
    for (const clean of CLEANERS) {
      const cleaned = clean(`a${hostile}b`);
      expect(cleaned, clean.name).not.toContain(hostile[0]);
      expect(cleaned.startsWith('a') && cleaned.endsWith('b'), clean.name).toBe(true);
    }
  });

  it.each(HOSTILE)('may not be in a new name: %s', (_name, hostile) => {
    expect(hasInvisibleCharacters(`a${hostile}b`)).toBe(true);
    expect(JSON.parse(escapeInJson(JSON.stringify(`a${hostile}b`)))).toBe(`a${hostile}b`);
  });

  it('may be letters of any script and pictures in a new name', () => {
    for (const name of ['Größe 価格 Ελλάδα 🔑', '❤️', '1️⃣', '☺️ shop', 'Jose\u0301', 'नमस्ते'])
      expect(hasInvisibleCharacters(name)).toBe(false);
  });

  it('keeps ordinary letters of any script on a page, in a log and from an upstream', () => {
    const text = 'Größe 価格 Ελλάδα 🔑';
    expect(cleanForPage(text)).toBe(text);
    expect(cleanForLog(text)).toBe(text);
    expect(cleanUpstreamText(text)).toBe(text);
  });

  it('is ASCII for readers of an unknown encoding, one ? per character', () => {
    expect(asciiOnly(cleanForTerminal('Größe 🔑'))).toBe('Gr??e ?');
    expect(asciiOnly('several\n\tlines\u001b')).toBe('several\n\tlines?');
    expect(asciiOnly('“Don’t” – wait\u00a0… ☕')).toBe('"Don\'t" - wait ... ?');
  });

  it('ends no quotes around it, and does not seem to', () => {
    // A project of this name forged the notice that names where somebody is connected.
    const forging = 'shop", database "shop", role "x';
    expect(quoted(forging)).toBe('"shop\\", database \\"shop\\", role \\"x"');
    expect(quoted('a\\')).toBe('"a\\\\"');
    for (const mark of ['“', '”', '„', '″', 'ʺ', '＂', '〞', '❞']) {
      expect(quoted(`a${mark}b`)).toBe(`"a\\${mark}b"`);
    }
    expect(quoted("O'Brien’s größe")).toBe('"O\'Brien’s größe"');
  });

  it.each(['\u00ad', '\u034f', '\u115f', '\u3164', '\ufff9', '\u{e0041}'])(
    'loses the unseen %j as a name',
    (unseen) => {
      for (const clean of [cleanForPage, cleanForTerminal, cleanForLog]) expect(clean(`a${unseen}b`)).toBe('ab');
    },
  );

  it('is the same name with a selector behind letters, or two behind a picture', () => {
    expect(cleanForPage('shop\ufe0f')).toBe('shop');
    expect(cleanForPage('❤\ufe0f\ufe0f')).toBe('❤\ufe0f');
    expect(hasInvisibleCharacters('❤\ufe0f\ufe0f')).toBe(true);
    expect(cleanForPage('\u2800\u2800')).toBe('');
  });

  it('shows a lone surrogate as ?', () => {
    for (const clean of CLEANERS) expect(clean('a\ud800b\udc00'), clean.name).toBe('a?b?');
  });

  it('makes no link in a terminal', () => {
    expect(cleanForTerminal('expired: https://evil.example')).toBe('expired: https[:]//evil.example');
  });

  it('is one line, except what an upstream says', () => {
    expect(cleanForPage('a\n\tb')).toBe('ab');
    expect(cleanForTerminal('a\nb')).toBe('ab');
    expect(cleanForLog('a\nb')).toBe('ab');
    expect(cleanUpstreamText('a\n\tb')).toBe('a\n\tb');
  });

  it.each([
    [cleanForPage, 64],
    [cleanForTerminal, 64],
    [cleanForLog, 256],
    [cleanUpstreamText, 8_192],
  ])('is cut to its limit by %o', (clean, limit) => {
    expect(clean('x'.repeat(limit))).toBe('x'.repeat(limit));
    expect(clean('x'.repeat(limit + 1))).toBe(`${'x'.repeat(limit)}...`);
  });

  it('is never cut inside a character', () => {
    expect(cleanForPage(`${'x'.repeat(63)}🔑🔑`)).toBe(`${'x'.repeat(63)}...`);
  });

  it('is clean after one pass, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(asciiOnly(cleanForTerminal(text))).toMatch(/^[\x20-\x7e]{0,67}$/);
        const forPage = cleanForPage(text);
        expect(forPage).not.toMatch(/[\p{Cc}\p{Surrogate}\u200b\u202e\u2028]/u);
        if (!forPage.endsWith('...')) expect(cleanForPage(forPage)).toBe(forPage);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});
