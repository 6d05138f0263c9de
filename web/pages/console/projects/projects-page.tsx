// The projects of an account: search, one page of the list, and the psql command while there are
// none.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { CopyLine } from '../../../components/console/copy-line.tsx';
import { SearchForm } from '../../../components/console/forms/search-form.tsx';
import { EmptyState } from '../../../components/console/tables/empty-state.tsx';
import { type ProjectRow, ProjectTable } from '../../../components/console/tables/project-table.tsx';

export interface ProjectsProps extends ConsoleProps {
  /** `/app/<account id>`. */
  readonly base: string;
  readonly projects: readonly ProjectRow[];
  readonly search: string;
  /** The path of the next page; null on the last. */
  readonly nextPath: string | null;
  readonly psqlCommand: string;
  readonly mayCreate: boolean;
  readonly now: Date;
}

export function ProjectsPage(props: ProjectsProps): VNode {
  const { frame, view, base, projects, search, nextPath, mayCreate, now } = props;
  const isEmpty = projects.length === 0 && search === '';
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Projects"
      actions={mayCreate && !isEmpty ? <CreateLinks base={base} /> : undefined}
    >
      {isEmpty ? (
        <NoProjects {...props} />
      ) : (
        <div class="stack">
          <div class="strip">
            <p>Connect to any of them from a terminal:</p>
            <CopyLine text={props.psqlCommand} what="command" />
          </div>
          <SearchForm action={`${base}/projects`} label="Find a project" value={search} />
          <ProjectTable
            caption="Projects"
            projects={projects}
            now={now}
            empty={`No project of this account has “${search}” in its name or id.`}
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

function NoProjects({ base, psqlCommand, mayCreate }: ProjectsProps): VNode {
  return (
    <EmptyState title="No project yet" actions={mayCreate ? <CreateLinks base={base} /> : undefined}>
      <ol class="steps">
        <li>
          <strong>Create a project</strong>, or attach a Postgres that you run already.
        </li>
        <li>
          <strong>Type this in a terminal.</strong> No password, nothing to install.
          <CopyLine text={psqlCommand} what="command" />
        </li>
        <li>
          <strong>Open the link</strong> that it shows, pick the project here, and go back: you are connected.
        </li>
      </ol>
    </EmptyState>
  );
}

function CreateLinks({ base }: { readonly base: string }): VNode {
  return (
    <>
      <a class="button plain" href={`${base}/projects/attach`}>
        Attach a database
      </a>
      <a class="button primary" href={`${base}/projects/new`}>
        New project
      </a>
    </>
  );
}
