// What was found by name, for browsers without script and for long looks; Ctrl-K shows the same in
// place (islands/console/finder.ts).

import type { VNode } from 'preact';
import { ConsolePage } from '../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../components/console/console-view.ts';
import { SearchForm } from '../../components/console/forms/search-form.tsx';
import { Panel } from '../../components/console/panel.tsx';

export interface Hit {
  readonly kind: 'project' | 'person' | 'action' | 'page';
  readonly label: string;
  /** Where it is; null for what belongs to no account. */
  readonly detail: string | null;
  readonly href: string;
}

interface SearchProps extends ConsoleProps {
  readonly search: string;
  readonly hits: readonly Hit[];
}

const GROUPS = [
  ['project', 'Projects'],
  ['person', 'People'],
  ['action', 'Actions'],
  ['page', 'Pages'],
] as const;

export function SearchPage({ frame, view, search, hits }: SearchProps): VNode {
  const groups = GROUPS.map(([kind, title]) => ({ kind, title, found: hits.filter((hit) => hit.kind === kind) }));
  return (
    <ConsolePage frame={frame} view={view} title="Search">
      <div class="stack">
        <SearchForm action="/search" name="q" label="Projects, people, pages, actions" value={search} focus />
        {hits.length === 0 && <p class="table-empty">Nothing found for “{search}”.</p>}
        {groups
          .filter(({ found }) => found.length > 0)
          .map(({ kind, title, found }) => (
            <Panel key={kind} id={kind} title={title}>
              <ul class="hits">
                {found.map(({ label, detail, href }) => (
                  <li key={href}>
                    <a class="hit" href={href}>
                      <bdi>{label}</bdi>
                      {detail !== null && <bdi class="quiet-text">{detail}</bdi>}
                    </a>
                  </li>
                ))}
              </ul>
            </Panel>
          ))}
      </div>
    </ConsolePage>
  );
}
