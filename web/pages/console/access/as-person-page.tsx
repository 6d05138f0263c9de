// What one person may reach, for an admin.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { TextField } from '../../../components/text-field.tsx';

type Answer = 'allowed' | 'may_ask' | 'denied';

interface ReachRow {
  readonly id: string;
  readonly project: string;
  readonly compute: string;
  readonly link: Answer;
  readonly token: Answer;
  readonly password: Answer;
  readonly oauth: Answer;
  readonly sentence: string;
}

export interface AsPersonProps extends ConsoleProps {
  readonly path: string;
  readonly person: string;
  readonly isUnknown: boolean;
  readonly rows: readonly ReachRow[];
}

export function AsPersonPage({ frame, view, path, person, isUnknown, rows }: AsPersonProps): VNode {
  const columns: ReadonlyArray<Column<ReachRow>> = [
    { header: 'Compute', kind: 'main', cell: (row) => <Place row={row} /> },
    { header: 'Link', cell: ({ link }) => <AnswerPill answer={link} /> },
    { header: 'Token', cell: ({ token }) => <AnswerPill answer={token} /> },
    { header: 'Role password', cell: ({ password }) => <AnswerPill answer={password} /> },
    { header: 'OAuth', cell: ({ oauth }) => <AnswerPill answer={oauth} /> },
    { header: 'Why, by link', cell: ({ sentence }) => <span class="quiet-text">{sentence}</span> },
  ];
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="As a person sees it"
      lead="What one person can reach right now, whatever the address, and which rule says so."
    >
      <form class="panel field-row" method="get" action={path}>
        <TextField name="person" label="Email of a member or guest" value={person} autocomplete="off" />
        <button class="button primary" type="submit">
          Show
        </button>
      </form>
      {isUnknown && <p class="table-empty">Nobody in this account has that email.</p>}
      {person !== '' && !isUnknown && (
        <DataTable
          caption="What the person can reach"
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          empty="This account has no computes."
        />
      )}
    </ConsolePage>
  );
}

function Place({ row: { project, compute } }: { readonly row: ReachRow }): VNode {
  return (
    <>
      <bdi>{project}</bdi>
      <span class="row-detail mono nowrap">
        <bdi>{compute}</bdi>
      </span>
    </>
  );
}

const WORDS = { allowed: 'yes', may_ask: 'may ask', denied: 'no' } as const satisfies Record<Answer, string>;

function AnswerPill({ answer }: { readonly answer: Answer }): VNode {
  return <span class={answer === 'allowed' ? 'pill accent' : 'pill'}>{WORDS[answer]}</span>;
}
