// The layout of all pages of the documentation: the chapters beside the text, and a search field.

import type { ComponentChildren, VNode } from 'preact';
import { Document } from '../../layout/document.tsx';
import type { DocsProps, SectionLink } from './docs-view.ts';

interface DocsPageProps extends DocsProps {
  readonly title: string;
  readonly sections?: readonly SectionLink[];
  readonly query?: string;
  readonly children: ComponentChildren;
}

export function DocsPage({ frame, groups, path, title, sections = [], query = '', children }: DocsPageProps): VNode {
  return (
    <Document frame={frame} title={title === DOCS ? DOCS : `${title} · ${DOCS}`} styles={['docs']}>
      <div class="docs">
        <a class="docs-to-chapters" href="#chapters">
          All chapters
        </a>
        <article class="docs-text">{children}</article>
        <aside class="docs-side" id="chapters">
          <SearchField query={query} />
          <nav aria-label="Chapters">
            <Chapters groups={groups} path={path} sections={sections} />
          </nav>
        </aside>
      </div>
    </Document>
  );
}

const DOCS = 'Documentation';

function SearchField({ query }: { readonly query: string }): VNode {
  return (
    <search class="docs-search">
      <form method="get" action="/docs/search">
        <label class="visually-hidden" for="docs-query">
          Search the documentation
        </label>
        <input
          class="input"
          id="docs-query"
          type="search"
          name="q"
          value={query}
          placeholder="Search"
          maxLength={200}
        />
        <button class="button plain" type="submit">
          Search
        </button>
      </form>
    </search>
  );
}

function Chapters({ groups, path, sections }: Pick<DocsPageProps, 'groups' | 'path' | 'sections'>): VNode {
  return (
    <>
      {groups.map((group) => (
        <div class="docs-group">
          <p class="menu-heading">{group.title}</p>
          <ul>
            {group.chapters.map(({ title, href }) => (
              <li>
                <a href={href} aria-current={href === path ? 'page' : undefined}>
                  {title}
                </a>
                {href === path && sections !== undefined && sections.length > 0 && <Sections sections={sections} />}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </>
  );
}

function Sections({ sections }: { readonly sections: readonly SectionLink[] }): VNode {
  return (
    <ul class="docs-sections">
      {sections.map(({ title, anchor }) => (
        <li>
          <a href={`#${anchor}`}>{title}</a>
        </li>
      ))}
    </ul>
  );
}
