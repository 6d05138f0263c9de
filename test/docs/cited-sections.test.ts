// Every document and section that a comment cites is there.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { documentPaths, readDocument } from './read-document.ts';

/**
 * `docs/security.md, "Grants"`, `docs/security.md, T12` or a document alone; a comment may break it
 * over lines.
 */
const CITATION = /\bdocs\/([\w/-]+\.md)(?:,(?:\s|\/\/|\*)+(?:"([^"]+)"|(T\d+)))?/g;
const LINE_BREAK = /\n\s*(?:\/\/|\*)\s?/g;

interface Citation {
  readonly where: string;
  readonly document: string;
  /** Title of a section, or the number of a threat; null where the whole document is meant. */
  readonly section: string | null;
}

const citations = sourceFiles().flatMap((path) => citationsIn(path, readFileSync(path, 'utf8')));
const documents = new Set(documentPaths());

describe('comments', () => {
  it('cite documents', () => {
    expect(citations.filter(({ section }) => section !== null).length).toBeGreaterThan(40);
  });

  it('cite only documents and sections that exist', () => {
    const missing = citations.filter((citation) => !exists(citation));
    expect(missing).toEqual([]);
  });

  it('are searched over line breaks', () => {
    const broken = '/**\n * Limits (docs/protocol.md, "Time\n * limits"), and\n * docs/security.md,\n * T12. */';
    expect(citationsIn('a.ts', broken).map(({ section }) => section)).toEqual(['Time limits', 'T12']);
  });
});

describe('links in documents', () => {
  it.each(documentPaths())('of %s lead to files and sections that exist', (path) => {
    const text = readDocument(path).join('\n');
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
    const dead = links.filter(([, target = '', anchor]) => !isAlive(new URL(target, `file:///${path}`), anchor));
    expect(dead.map(([link]) => link)).toEqual([]);
  });

  it.each(documentPaths())('paths in %s exist', (path) => {
    const paths = [
      ...readDocument(path)
        .join('\n')
        .matchAll(/`((?:src|web|test|bench)\/[\w./-]+)`/g),
    ];
    expect(paths.map(([, named = '']) => named).filter((named) => !existsSync(named))).toEqual([]);
  });
});

function sourceFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', 'src', 'web', 'test', 'bench'], { encoding: 'utf8' });
  return listed.split('\n').filter((path) => /\.(ts|tsx|mjs|css)$/.test(path) && !path.startsWith('test/docs/'));
}

function citationsIn(where: string, text: string): Citation[] {
  return [...text.replace(LINE_BREAK, ' ').matchAll(CITATION)].map(([, document = '', title, threat]) => ({
    where,
    document: `docs/${document}`,
    section: title ?? threat ?? null,
  }));
}

function exists({ document, section }: Citation): boolean {
  if (!documents.has(document)) return false;
  if (section === null) return true;
  const lines = readDocument(document);
  const threat = /^T(\d+)$/.exec(section)?.[1];
  return threat === undefined
    ? titlesOf(lines).includes(section)
    : lines.some((line) => line.startsWith(`| ${threat} |`));
}

function titlesOf(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /^#{1,4} (.+)$/.exec(line)?.slice(1) ?? []);
}

function isAlive({ pathname }: URL, anchor: string | undefined): boolean {
  const path = decodeURIComponent(pathname.slice(1));
  try {
    const lines = path.endsWith('.md') ? readDocument(path) : null;
    if (lines === null) return execFileSync('git', ['ls-files', path], { encoding: 'utf8' }) !== '';
    return anchor === undefined || titlesOf(lines).map(anchorOf).includes(anchor);
  } catch {
    return false;
  }
}

/** As GitHub makes it of a title. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-');
}
