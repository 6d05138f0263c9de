// One chapter of the documentation.

import type { Token } from 'marked';
import type { VNode } from 'preact';
import { DocsPage } from '../../components/docs/docs-page.tsx';
import type { ChapterLink, DocsProps, SectionLink } from '../../components/docs/docs-view.ts';
import { Markdown } from '../../components/docs/markdown.tsx';

export interface ChapterProps extends DocsProps {
  readonly title: string;
  readonly tokens: readonly Token[];
  readonly sections: readonly SectionLink[];
  /** The chapters below this one, which the list beside it leaves out. */
  readonly below: readonly ChapterLink[];
}

export function ChapterPage({ tokens, below, ...page }: ChapterProps): VNode {
  return (
    <DocsPage {...page}>
      <Markdown tokens={tokens} />
      {below.length > 0 && (
        <ul>
          {below.map(({ title, href }) => (
            <li>
              <a href={href}>{title}</a>
            </li>
          ))}
        </ul>
      )}
    </DocsPage>
  );
}
