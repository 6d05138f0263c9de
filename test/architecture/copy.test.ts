// The copy catalogue: one word for each thing, short sentences, nothing that only programs read.

import { describe, expect, it } from 'vitest';
import { copies } from './copy.ts';

const LONGEST_SENTENCE = 200;

const WORDS: ReadonlyMap<string, RegExp> = new Map([
  ['e-mail: say email', /\be-mails?\b/i],
  ['log in, login by link: say sign in, or connect', /\b(?:log(?:ged)? in(?:to)?)\b/i],
  ['remembered login: say remembered approval', /\bremembered login/i],
  ['read and write: say read-write', /\bread and write\b|\bread only\b/i],
  ['was made: say who does it, or that it is there', /\b(?:was|were) made\b/],
  ['so that: make two sentences', /\bso that\b/],
  ['whoever: say anyone who', /\bwhoever\b/i],
  ['please, sorry, oops: say what to do', /\b(?:please|sorry|oops)\b/i],
  ['click here: name where the link leads', /\bclick here\b/i],
  ['a SQLSTATE', /\bSQLSTATE\b|\b(?:28|42|53|57|08)[0-9P]\d{2}\b/],
  ['a time for programs', /\d{4}-\d\d-\d\dT|\bISO 8601\b/],
  ['two spaces, or a space before a mark', / {2}| [,.!?](?:\s|$)/],
]);

const texts = copies();

/** Terminals and programs read ASCII, and the reference of the API names its fields. */
const ON_PAGES: ReadonlyMap<string, RegExp> = new Map([
  ['word of the code', /\b(?!pg_|org_id\b)[a-z]+_[a-z_]+\b/],
  ['straight apostrophe', /[a-z]'(?:s|t|re|ve|ll|d|m)\b/],
]);
const onPages = texts.filter(({ place }) => !/^src\/(?:http\/api|error-table|gateway|cli)\//.test(place));

describe('texts for people have no', () => {
  it.each([...WORDS])('%s', (_advice, pattern) => {
    expect(texts.length).toBeGreaterThan(1_000);
    expect(texts.filter(({ text }) => pattern.test(text)).map(({ place, text }) => `${place} ${text}`)).toEqual([]);
  });
});

describe('pages and mails have no', () => {
  it.each([...ON_PAGES])('%s', (_what, pattern) => {
    expect(onPages.filter(({ text }) => pattern.test(text)).map(({ place, text }) => `${place} ${text}`)).toEqual([]);
  });
});

it(`sentences for people have at most ${LONGEST_SENTENCE} characters`, () => {
  const long = texts.flatMap(({ place, text }) =>
    text
      .split(/(?<=[.?!:]) /)
      .flatMap((sentence) => (sentence.length > LONGEST_SENTENCE ? [`${place} ${sentence}`] : [])),
  );
  expect(long).toEqual([]);
});
