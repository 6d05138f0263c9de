// Projects of other accounts that are shared with the person.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { SearchForm } from '../../../components/console/forms/search-form.tsx';
import { EmptyState } from '../../../components/console/tables/empty-state.tsx';
import { type ProjectRow, ProjectTable } from '../../../components/console/tables/project-table.tsx';

export interface SharedProps extends ConsoleProps {
  readonly base: string;
  readonly projects: readonly ProjectRow[];
  readonly search: string;
  readonly nextPath: string | null;
  readonly now: Date;
}

export function SharedPage({ frame, view, base, projects, search, nextPath, now }: SharedProps): VNode {
  return (
    <ConsolePage frame={frame} view={view} title="Shared with me" lead="Projects other people have shared with you.">
      {projects.length === 0 && search === '' ? (
        <EmptyState title="Nothing here yet">
          <p class="lead">Projects shared with {frame.person?.email ?? 'you'} show up here.</p>
        </EmptyState>
      ) : (
        <div class="stack">
          <SearchForm action={`${base}/shared`} label="Find a shared project" value={search} />
          <ProjectTable
            caption="Projects shared with you"
            projects={projects}
            now={now}
            empty={`Nothing that is shared with you has “${search}” in its name or id.`}
          />
          {nextPath !== null && (
            <p>
              <a class="button plain" href={nextPath}>
                Older projects
              </a>
            </p>
          )}
        </div>
      )}
    </ConsolePage>
  );
}
