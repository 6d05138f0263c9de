// What a search in the documentation found.

import type { VNode } from 'preact';
import { DocsPage } from '../../components/docs/docs-page.tsx';
import type { DocsProps } from '../../components/docs/docs-view.ts';

interface FoundSection {
  readonly href: string;
  readonly chapter: string;
  readonly title: string;
  /** Around the first match. */
  readonly excerpt: ReadonlyArray<{ readonly text: string; readonly isMatch: boolean }>;
}

export interface DocsSearchProps extends DocsProps {
  readonly query: string;
  readonly found: readonly FoundSection[];
}

export function DocsSearchPage({ found, ...page }: DocsSearchProps): VNode {
  return (
    <DocsPage {...page} title="Search">
      <h1>{page.query === '' ? 'Search the documentation' : `Search for “${page.query}”`}</h1>
      {page.query !== '' && <p class="lead">{countInWords(found.length)}</p>}
      <ol class="docs-found">
        {found.map(({ href, chapter, title, excerpt }) => (
          <li>
            <a href={href}>{title}</a>
            {title !== chapter && <span class="quiet"> {chapter}</span>}
            <p>{excerpt.map(({ text, isMatch }) => (isMatch ? <mark>{text}</mark> : text))}</p>
          </li>
        ))}
      </ol>
    </DocsPage>
  );
}

function countInWords(count: number): string {
  if (count === 0) return 'No results. Try fewer or other words.';
  return count === 1 ? '1 result' : `${count} results`;
}
