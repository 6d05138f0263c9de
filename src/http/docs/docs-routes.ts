// The documentation inside the product: chapters, search, and the reference of the API. Open to
// everybody, since it says nothing of this installation but its addresses.

import { setImmediate } from 'node:timers/promises';
import { Router as createRouter, type Request, type Response, type Router } from 'express';
import type { ChapterGroup, DocsProps } from '../../../web/components/docs/docs-view.ts';
import { ChapterPage } from '../../../web/pages/docs/chapter-page.tsx';
import { DocsIndexPage } from '../../../web/pages/docs/docs-index-page.tsx';
import { DocsSearchPage } from '../../../web/pages/docs/docs-search-page.tsx';
import type { Config } from '../../config/config.ts';
import { type PublicAddress, psqlCommand, publicPgHost } from '../../config/public-address.ts';
import { PosternError } from '../../errors.ts';
import type { PageRenderer } from '../pages/page-renderer.ts';
import { apiReferenceRoutes } from './api-reference-routes.ts';
import { type Chapter, DOCS_PATH, loadChapters } from './chapters.ts';
import { type IndexedSection, indexed, searchDocuments } from './search-documents.ts';
import { belowDecisions, groupsOf } from './table-of-contents.ts';

const MAX_QUERY_CHARACTERS = 200;

export interface DocsParts {
  readonly config: Config;
  readonly address: PublicAddress;
  readonly renderer: PageRenderer;
}

interface Library {
  readonly chapters: ReadonlyMap<string, Chapter>;
  readonly groups: readonly ChapterGroup[];
}

export function docsRoutes(parts: DocsParts): Router {
  const { renderer } = parts;
  const library = openLibrary(parts);
  const docsProps = (request: Request): Omit<DocsProps, 'frame'> => ({ groups: library.groups, path: request.path });
  const router = createRouter();
  router.get(DOCS_PATH, (request, response) => renderer.send(request, response, DocsIndexPage, docsProps(request)));
  const searched = searchedOnce(library);
  router.get(`${DOCS_PATH}/search`, async (request, response) => {
    const { q } = request.query;
    const query = typeof q === 'string' ? q.slice(0, MAX_QUERY_CHARACTERS).trim() : '';
    const found = searchDocuments(await searched(), query);
    renderer.send(request, response, DocsSearchPage, { ...docsProps(request), query, found });
  });
  router.use(apiReferenceRoutes(parts, docsProps));
  const showChapter = (request: Request, response: Response) => {
    const chapter = library.chapters.get(request.path);
    if (chapter === undefined) throw new PosternError('not_found', { params: { thing: 'page' } });
    const { tokens, sections } = chapter.open();
    renderer.send(request, response, ChapterPage, {
      ...docsProps(request),
      title: chapter.title,
      tokens,
      sections: sections.filter(({ depth }) => depth === 2),
      below: belowDecisions(chapter, [...library.chapters.values()]),
    });
  };
  router.get(`${DOCS_PATH}/:chapter`, showChapter);
  router.get(`${DOCS_PATH}/decisions/:decision`, showChapter);
  return router;
}

function openLibrary({ config, address }: DocsParts): Library {
  const own = { psqlCommand: psqlCommand(config, address), pgHost: publicPgHost(config, address), url: address.url };
  const chapters = loadChapters(own);
  return { chapters: new Map(chapters.map((chapter) => [chapter.href, chapter])), groups: groupsOf(chapters) };
}

/** Parses the chapters at the first search, one at a time, since the same thread relays bytes. */
function searchedOnce({ chapters }: Library): () => Promise<readonly IndexedSection[]> {
  let searched: Promise<readonly IndexedSection[]> | null = null;
  const parseAll = async () => {
    const all: IndexedSection[] = [];
    for (const chapter of chapters.values()) {
      all.push(...searchedOf(chapter));
      await setImmediate();
    }
    return all;
  };
  return () => {
    searched ??= parseAll();
    return searched;
  };
}

function searchedOf({ href, title, open }: Chapter): IndexedSection[] {
  return open().sections.map((section) =>
    indexed({
      href: section.depth === 1 ? href : `${href}#${section.anchor}`,
      chapter: title,
      title: section.title,
      text: section.text,
    }),
  );
}
