// The documents of docs/ as chapters: read once, with this installation's addresses in their
// examples and links that lead to each other's pages.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { lexer, walkTokens } from 'marked';
import { type ShownToken, shown } from '../../../web/components/docs/document-tokens.ts';
import { type Section, sectionsOf } from './sections.ts';

export interface Chapter {
  /** Below docs/, such as `decisions/020-exact-pins-and-a-small-tree.md`. */
  readonly file: string;
  readonly href: string;
  readonly title: string;
  /** The plain text of its first paragraph. */
  readonly lead: string;
  /** Its content, parsed when it is first asked for. */
  readonly open: () => ChapterContent;
}

interface ChapterContent {
  readonly tokens: readonly ShownToken[];
  readonly sections: readonly Section[];
}

/** What the examples of the documents are replaced by. */
export interface OwnAddresses {
  readonly psqlCommand: string;
  readonly pgHost: string;
  readonly url: string;
}

export const DOCS_PATH = '/docs';
/** Taken by the reference, which is made of the routes. */
export const API_REFERENCE_PATH = `${DOCS_PATH}/api`;
export const API_GUIDE_PATH = `${DOCS_PATH}/api-guide`;

const PATHS: ReadonlyMap<string, string> = new Map([
  ['api.md', API_GUIDE_PATH],
  ['decisions/README.md', `${DOCS_PATH}/decisions`],
  ['decisions', `${DOCS_PATH}/decisions`],
]);

/** Reads the documents next to the compiled program, or those of the repository. */
export function loadChapters(own: OwnAddresses): Chapter[] {
  const folder = fileURLToPath(new URL('../../../docs/', import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.md'))
    .sort();
  return files.map((file) => readChapter(file, withOwnAddresses(readFileSync(`${folder}${file}`, 'utf8'), own)));
}

function readChapter(file: string, text: string): Chapter {
  const [start] = sectionsOf(parse(file, text.split('\n\n', 2).join('\n\n')));
  if (start === undefined) throw new Error(`docs/${file} does not begin with a heading`);
  let content: ChapterContent | null = null;
  const open = () => {
    if (content !== null) return content;
    const tokens = parse(file, text);
    content = { tokens, sections: sectionsOf(tokens) };
    return content;
  };
  return { file, href: hrefOf(file), title: start.title, lead: start.lead, open };
}

function parse(file: string, text: string): ShownToken[] {
  const tokens = lexer(text);
  void walkTokens(tokens, (token) => {
    if (token.type === 'link') token.href = linkFrom(file, token.href);
  });
  return tokens.map(shown);
}

/** Nothing for what an installation does not have, such as the sources and the tests. */
function linkFrom(file: string, href: string): string {
  if (/^https?:/.test(href)) return href;
  const { pathname, hash } = new URL(href, `file:///docs/${file}`);
  const target = /^\/docs\/(.+?)\/?$/.exec(pathname)?.[1];
  if (target === undefined || !(target.endsWith('.md') || PATHS.has(target))) return '';
  return `${hrefOf(target)}${hash}`;
}

function hrefOf(file: string): string {
  return PATHS.get(file) ?? `${DOCS_PATH}/${file.replace(/\.md$/, '')}`;
}

/** The documents name `pg.example.com` and `console.example.com`. */
function withOwnAddresses(text: string, { psqlCommand, pgHost, url }: OwnAddresses): string {
  return text
    .replaceAll('psql -h pg.example.com', psqlCommand)
    .replaceAll('pg.example.com', pgHost)
    .replaceAll('https://console.example.com', url);
}
