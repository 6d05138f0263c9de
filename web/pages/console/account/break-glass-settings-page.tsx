// The people who may break the glass in an organization, and what was broken.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { AddMemberForm } from '../../../components/console/forms/add-member-form.tsx';
import { PostButton } from '../../../components/console/forms/post-button.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { When } from '../../../components/console/tables/when.tsx';
import { placeInWords, type RequestView } from '../requests/request-view.ts';
import { StatePill } from '../requests/requests-page.tsx';

interface PersonRow {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly namedBy: string | null;
  readonly namedAt: Date;
}

export interface BreakGlassSettingsProps extends ConsoleProps {
  readonly path: string;
  readonly people: readonly PersonRow[];
  readonly broken: readonly RequestView[];
  /** The e-mails of other members; at most some. */
  readonly others: readonly string[];
  /** Null: a chat is told, too. */
  readonly notificationsPath: string | null;
  readonly mayChange: boolean;
  readonly typed: Readonly<Record<string, string>>;
  readonly now: Date;
}

const LEAD =
  'These people can let themselves in where no access rule does: signed in afresh, with a reason, for an hour at most. Every admin gets a mail at once, and sees it on each page until one has written a review.';

export function BreakGlassSettingsPage(props: BreakGlassSettingsProps): VNode {
  const { frame, view, broken, notificationsPath, now } = props;
  return (
    <ConsolePage frame={frame} view={view} title="Break the glass" lead={LEAD}>
      <People {...props} />
      {notificationsPath !== null && (
        <p class="quiet-text">
          No chat is told. <a href={notificationsPath}>Add one that hears of broken glass</a>.
        </p>
      )}
      <Panel id="broken" title="Broken glass">
        <DataTable
          caption="Broken glass"
          columns={brokenColumns(now)}
          rows={broken}
          rowKey={({ href }) => href}
          empty="No glass was broken yet."
        />
      </Panel>
    </ConsolePage>
  );
}

function People(props: BreakGlassSettingsProps): VNode {
  const { frame, path, people, mayChange, now } = props;
  const columns: ReadonlyArray<Column<PersonRow>> = [
    {
      header: 'Person',
      kind: 'main',
      cell: ({ name, email }) => (
        <>
          <bdi>{name}</bdi>
          <span class="row-detail">
            <bdi>{email}</bdi>
          </span>
        </>
      ),
    },
    { header: 'Named by', cell: ({ namedBy }) => <bdi>{namedBy ?? '–'}</bdi> },
    { header: 'Since', cell: ({ namedAt }) => <When at={namedAt} now={now} /> },
    {
      header: 'Actions',
      kind: 'actions',
      cell: ({ userId, name }) =>
        mayChange ? <PostButton frame={frame} action={`${path}/${userId}/remove`} label="Remove" of={name} /> : null,
    },
  ];
  return (
    <Panel id="people" title="People">
      <DataTable
        caption="People who may break the glass"
        columns={columns}
        rows={people}
        rowKey={({ userId }) => userId}
        empty="Nobody may break the glass yet."
      />
      {mayChange && <AddMemberForm {...props}>Add</AddMemberForm>}
    </Panel>
  );
}

function brokenColumns(now: Date): ReadonlyArray<Column<RequestView>> {
  return [
    { header: 'Who', kind: 'main', cell: ({ person }) => <bdi>{person}</bdi> },
    { header: 'Where', cell: (row) => <bdi>{placeInWords(row)}</bdi> },
    { header: 'Why', cell: ({ reason }) => <bdi>{reason ?? '–'}</bdi> },
    { header: 'When', cell: ({ askedAt }) => <When at={askedAt} now={now} /> },
    { header: 'State', cell: (row) => <StatePill row={row} now={now} /> },
    {
      header: 'Review',
      kind: 'actions',
      cell: ({ href, person, review }) => (
        <a class="button plain small" href={href}>
          {review === null ? 'Review' : 'See'}
          <span class="visually-hidden"> what {person} broke</span>
        </a>
      ),
    },
  ];
}
