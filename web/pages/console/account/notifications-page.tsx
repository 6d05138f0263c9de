// Where an organization is told of what happens in it.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { SelectField } from '../../../components/console/forms/fields.tsx';
import { PostButton } from '../../../components/console/forms/post-button.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { When } from '../../../components/console/tables/when.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

const FORMATS = {
  slack: 'Slack',
  teams: 'Microsoft Teams',
  mattermost: 'Mattermost',
  discord: 'Discord',
  json: 'signed JSON',
} as const;

const CLASSES = {
  break_glass: 'Broken glass',
  access_requests: 'Requests for access',
  reported_logins: 'Logins reported as “not me”',
  members: 'Members added and removed',
  keys: 'Keys and tokens made and revoked',
} as const;

interface TargetRow {
  readonly id: string;
  readonly name: string;
  readonly format: keyof typeof FORMATS;
  /** Host and path, without what may be secret. */
  readonly address: string;
  /** Null: a key, or a person who was removed. */
  readonly maker: { readonly email: string; readonly isAdmin: boolean } | null;
  readonly classes: ReadonlyArray<keyof typeof CLASSES>;
  readonly deliveredAt: Date | null;
  readonly failedAt: Date | null;
  readonly failure: string | null;
}

export interface NotificationsProps extends ConsoleProps {
  readonly path: string;
  readonly targets: readonly TargetRow[];
  readonly typed: Readonly<Record<string, string>>;
  readonly now: Date;
}

export function NotificationsPage(props: NotificationsProps): VNode {
  const { frame, view, path, targets, now } = props;
  const columns: ReadonlyArray<Column<TargetRow>> = [
    {
      header: 'Where',
      kind: 'main',
      cell: ({ name, format, address }) => (
        <>
          <bdi>{name}</bdi>
          <span class="row-detail">
            {FORMATS[format]} at {address}
          </span>
        </>
      ),
    },
    { header: 'Events', cell: ({ classes }) => classes.map((kind) => CLASSES[kind]).join(', ') },
    { header: 'Added by', cell: ({ maker }) => <Maker maker={maker} /> },
    { header: 'Last message', cell: (row) => <LastMessage row={row} now={now} /> },
    {
      header: 'Actions',
      kind: 'actions',
      cell: ({ id, name }) => (
        <>
          <PostButton frame={frame} action={`${path}/${id}/test`} label="Send a test message" look="small" of={name} />
          <PostButton frame={frame} action={`${path}/${id}/remove`} label="Remove" look="small" of={name} />
        </>
      ),
    },
  ];
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Notifications"
      lead="Messages name who did what, and from where, and link to this console. Nothing can be decided in the chat."
    >
      <DataTable
        caption="Notifications"
        columns={columns}
        rows={targets}
        rowKey={({ id }) => id}
        empty="Nobody is told yet."
      />
      <NewTarget {...props} />
    </ConsolePage>
  );
}

function Maker({ maker }: Pick<TargetRow, 'maker'>): VNode {
  if (maker === null) return <>A key, or somebody who was removed</>;
  return (
    <>
      <bdi>{maker.email}</bdi>
      {!maker.isAdmin && <span class="row-detail">No admin any more: remove it unless you know the address.</span>}
    </>
  );
}

function LastMessage({ row, now }: { readonly row: TargetRow; readonly now: Date }): VNode {
  if (row.failedAt !== null) {
    return (
      <>
        Failed <When at={row.failedAt} now={now} />
        <span class="row-detail">{row.failure}</span>
      </>
    );
  }
  if (row.deliveredAt === null) return <>None yet</>;
  return (
    <>
      Arrived <When at={row.deliveredAt} now={now} />
    </>
  );
}

function NewTarget({ frame, path, typed }: NotificationsProps): VNode {
  return (
    <Panel
      id="new-target"
      title="Tell somebody"
      lead="The address is a secret of your chat. It is kept sealed, and never shown again."
    >
      <form class="stack" method="post" action={path}>
        <CsrfField frame={frame} />
        <TextField name="name" label="Name" value={typed.name ?? ''} autocomplete="off" maxLength={256} />
        <SelectField
          name="format"
          label="Format"
          picked={typed.format ?? null}
          choices={Object.entries(FORMATS).map(([value, label]) => ({ value, label }))}
        />
        <TextField
          name="url"
          label="Address of the incoming webhook"
          value=""
          autocomplete="off"
          maxLength={2_000}
          help="It begins with https://."
        />
        <fieldset class="plain-fieldset checks">
          <legend>Events</legend>
          {Object.entries(CLASSES).map(([kind, label]) => (
            <label class="check" key={kind}>
              <input type="checkbox" name="classes" value={kind} checked />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
        <button class="button primary" type="submit">
          Add
        </button>
      </form>
    </Panel>
  );
}
