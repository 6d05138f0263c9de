import { renderToString } from 'preact-render-to-string';
import { describe, expect, it } from 'vitest';
import { type Chapter, loadChapters } from '../../../src/http/docs/chapters.ts';
import { groupsOf } from '../../../src/http/docs/table-of-contents.ts';
import { Markdown } from '../../../web/components/docs/markdown.tsx';
import { documentPaths } from '../../docs/read-document.ts';

const chapters = loadChapters({ psqlCommand: 'psql -h db.test -p 6000', pgHost: 'db.test', url: 'https://web.test' });
const pages = new Map(chapters.map((chapter) => [chapter.href, htmlOf(chapter)]));
/** Made of the routes, not of a document. */
const OTHER_PAGES = ['/docs/api'];

describe('chapters', () => {
  it('are all documents of docs/', () => {
    const documents = documentPaths().filter((path) => path.startsWith('docs/'));
    expect(chapters.map(({ file }) => `docs/${file}`).toSorted()).toEqual(documents);
  });

  it('are all listed, but for single decisions', () => {
    const listed = groupsOf(chapters).flatMap((group) => group.chapters.map(({ href }) => href));
    const expected = chapters.map(({ href }) => href).filter((href) => !href.startsWith('/docs/decisions/'));
    expect(listed.toSorted()).toEqual([...expected, ...OTHER_PAGES].toSorted());
    expect(
      groupsOf(chapters)
        .flatMap((group) => group.chapters)
        .filter(({ lead }) => lead === ''),
    ).toEqual([]);
  });

  it.each(chapters)('$file has only links that lead somewhere', ({ href }) => {
    const links = [...(pages.get(href) ?? '').matchAll(/<a href="([^"]+)"/g)].map(([, target = '']) => target);
    expect(links.filter((target) => !isAlive(target))).toEqual([]);
  });

  it('link to each other by page and section', () => {
    expect(pages.get('/docs/api-guide')).toContain('<a href="/docs/operate#consumption">');
    expect(pages.get('/docs/security')).toContain('<a href="/docs/decisions/023-a-role-belongs-to-a-named-project">');
  });

  it('keep the words of links to sources, which an installation does not have', () => {
    const page = pages.get('/docs/architecture') ?? '';
    expect(page).toContain('README.md');
    expect(page).not.toContain('href="../');
  });

  it('show the addresses of this installation in their examples', () => {
    expect(pages.get('/docs/connect')).toContain('psql -h db.test -p 6000 -d shop');
    expect([...pages.values()].filter((html) => html.includes('pg.example.com'))).toEqual([]);
  });
});

function htmlOf({ open }: Chapter): string {
  return renderToString(Markdown({ tokens: open().tokens }));
}

function isAlive(target: string): boolean {
  if (/^https?:/.test(target)) return true;
  const [path = '', anchor] = target.split('#');
  const page = pages.get(path);
  if (page === undefined) return OTHER_PAGES.includes(path);
  return anchor === undefined || page.includes(`id="${anchor}"`);
}
