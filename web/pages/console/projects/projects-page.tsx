// The projects of an account: search, one page of the list, and the psql command while there are
// none.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { SearchForm } from '../../../components/console/forms/search-form.tsx';
import { EmptyState } from '../../../components/console/tables/empty-state.tsx';
import { type ProjectRow, ProjectTable } from '../../../components/console/tables/project-table.tsx';
import { CopyLine } from '../../../components/copy-line.tsx';
import { countInWords } from '../../../components/quantities.ts';

export interface ProjectsProps extends ConsoleProps {
  /** `/app/<account id>`. */
  readonly base: string;
  readonly projects: readonly ProjectRow[];
  /** Shared with the person by others; null when there is nothing of that. */
  readonly shared: { readonly projects: readonly ProjectRow[]; readonly morePath: string | null } | null;
  /** Of the account, whatever is searched. */
  readonly total: number;
  readonly search: string;
  /** The path of the next page; null on the last. */
  readonly nextPath: string | null;
  readonly psqlCommand: string;
  readonly mayCreate: boolean;
  readonly now: Date;
}

export function ProjectsPage(props: ProjectsProps): VNode {
  const { frame, view, base, projects, shared, search, mayCreate } = props;
  const isEmpty = projects.length === 0 && search === '';
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Projects"
      actions={mayCreate && !isEmpty ? <CreateLinks base={base} /> : undefined}
    >
      {isEmpty && shared === null && <NoProjects {...props} />}
      {!isEmpty && <OwnProjects {...props} />}
      {shared !== null && <SharedProjects {...props} shared={shared} />}
      {isEmpty && shared !== null && mayCreate && (
        <p class="aside-text">
          You have no projects of your own. <a href={`${base}/projects/new`}>Create one</a>
        </p>
      )}
    </ConsolePage>
  );
}

function OwnProjects({ base, projects, total, search, nextPath, psqlCommand, now }: ProjectsProps): VNode {
  return (
    <div class="stack">
      <Connect psqlCommand={psqlCommand} />
      <div class="list-head">
        <SearchForm action={`${base}/projects`} label="Find a project" value={search} />
        <p class="quiet-text">{countInWords(total, 'project')}</p>
      </div>
      <ProjectTable caption="Projects" projects={projects} now={now} empty={`Nothing found for “${search}”.`} />
      {nextPath !== null && (
        <p>
          <a class="button plain" href={nextPath}>
            More projects
          </a>
        </p>
      )}
    </div>
  );
}

function Connect({ psqlCommand }: Pick<ProjectsProps, 'psqlCommand'>): VNode {
  return (
    <div class="strip">
      <p>Connect from a terminal:</p>
      <CopyLine text={psqlCommand} what="command" />
    </div>
  );
}

function SharedProjects({
  projects,
  search,
  shared,
  psqlCommand,
  now,
}: ProjectsProps & { readonly shared: NonNullable<ProjectsProps['shared']> }): VNode {
  return (
    <section class="stack group" aria-labelledby="shared">
      <div class="stack-tight">
        <h2 id="shared">Shared with me</h2>
        <p class="lead">Projects other people have shared with you.</p>
      </div>
      {projects.length === 0 && search === '' && <Connect psqlCommand={psqlCommand} />}
      <ProjectTable caption="Projects shared with you" projects={shared.projects} now={now} empty="" />
      {shared.morePath !== null && (
        <p>
          <a class="button plain" href={shared.morePath}>
            All shared projects
          </a>
        </p>
      )}
    </section>
  );
}

function NoProjects({ base, psqlCommand, mayCreate }: ProjectsProps): VNode {
  return (
    <EmptyState title="Create your first project" actions={mayCreate ? <CreateLinks base={base} /> : undefined}>
      <ol class="steps">
        <li>
          <strong>Create a project</strong>, or attach a Postgres that you run already.
        </li>
        <li>
          <strong>Run this in a terminal.</strong> No password, nothing to install.
          <CopyLine text={psqlCommand} what="command" />
        </li>
        <li>
          <strong>Open the link</strong> it prints, choose this project, and you’re connected.
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
