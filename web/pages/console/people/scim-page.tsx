// Provisioning by SCIM: where the identity provider pushes to, by which keys, and whom it pushed.

import type { VNode } from 'preact';
import { Panel } from '../../../components/console/panel.tsx';
import { PeopleFrame, type PeopleProps } from '../../../components/console/people-tabs.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { lastUseColumn } from '../../../components/console/tables/last-use-column.tsx';
import { revokeColumn } from '../../../components/console/tables/revoke-column.tsx';
import { When } from '../../../components/console/tables/when.tsx';
import { CopyLine } from '../../../components/copy-line.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

interface KeyRow {
  readonly id: string;
  readonly name: string;
  /** Null when that person is gone. */
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly lastUsedFrom: string | null;
}

interface UserRow {
  readonly id: string;
  readonly userName: string;
  readonly email: string;
  readonly state: string;
}

export interface ScimPageProps extends PeopleProps {
  readonly path: string;
  readonly baseUrl: string;
  readonly mayCreate: boolean;
  readonly keys: readonly KeyRow[];
  /** The first ones. */
  readonly users: readonly UserRow[];
  readonly total: number;
  readonly typed: Readonly<Record<string, string>>;
}

export function ScimPage(props: ScimPageProps): VNode {
  return (
    <PeopleFrame {...props}>
      <KeysPanel {...props} />
      <UsersPanel {...props} />
    </PeopleFrame>
  );
}

function KeysPanel({ frame, path, baseUrl, mayCreate, keys, typed, now }: ScimPageProps): VNode {
  const columns: ReadonlyArray<Column<KeyRow>> = [
    { header: 'Name', kind: 'main', cell: ({ name }) => <bdi>{name}</bdi> },
    { header: 'Made by', cell: ({ createdBy }) => <bdi>{createdBy ?? 'somebody gone'}</bdi> },
    { header: 'Made', cell: ({ createdAt }) => <When at={createdAt} now={now} /> },
    lastUseColumn(now),
    revokeColumn(`${path}/keys`, ({ name }) => name),
  ];
  return (
    <Panel
      id="scim-keys"
      title="Provisioning by SCIM"
      lead="Your identity provider pushes people and groups here. Anyone it deactivates loses access within a second. Nobody becomes a member without agreeing to it."
    >
      <p class="label">Base URL</p>
      <CopyLine text={baseUrl} what="Base URL" />
      <DataTable caption="SCIM keys" columns={columns} rows={keys} rowKey={({ id }) => id} empty="No SCIM keys yet." />
      {mayCreate && (
        <form class="field-row" method="post" action={path}>
          <CsrfField frame={frame} />
          <TextField name="name" label="New SCIM key" value={typed.name ?? ''} autocomplete="off" maxLength={64} />
          <button class="button primary" type="submit">
            Create key
          </button>
        </form>
      )}
    </Panel>
  );
}

function UsersPanel({ users, total }: ScimPageProps): VNode {
  const columns: ReadonlyArray<Column<UserRow>> = [
    { header: 'User', kind: 'main', cell: ({ userName }) => <bdi>{userName}</bdi> },
    { header: 'Email', cell: ({ email }) => <bdi>{email}</bdi> },
    { header: 'State', cell: ({ state }) => state },
  ];
  const isPart = total > users.length;
  return (
    <Panel
      id="provisioned"
      title="Provisioned people"
      lead={
        isPart
          ? `The first ${users.length} of ${total.toLocaleString('en-US')}.`
          : 'They join by an invitation, or when they sign in and a rule under Single sign-on lets them.'
      }
    >
      <DataTable
        caption="Provisioned people"
        columns={columns}
        rows={users}
        rowKey={({ id }) => id}
        empty="Nobody was provisioned yet."
      />
    </Panel>
  );
}
