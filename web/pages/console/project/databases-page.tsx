// The databases and roles of a project.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { SelectField } from '../../../components/console/forms/fields.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { Kebab, type MenuItem } from '../../../components/console/tables/kebab.tsx';
import { When } from '../../../components/console/tables/when.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

interface DatabaseRow {
  readonly name: string;
  readonly shownName: string;
  readonly shownOwner: string;
  readonly createdAt: Date;
}

interface RoleRow {
  readonly name: string;
  readonly shownName: string;
  readonly isReadOnly: boolean;
  readonly isProtected: boolean;
  readonly mayReveal: boolean;
  /** Somebody without access now was shown its password. */
  readonly isKnownOutside: boolean;
  readonly updatedAt: Date;
}

export interface DatabasesProps extends ConsoleProps {
  /** The page's path. */
  readonly path: string;
  /** Postern created them and may create more; those of an attached Postgres are only listed. */
  readonly isHosted: boolean;
  readonly databases: readonly DatabaseRow[];
  readonly roles: readonly RoleRow[];
  readonly typed: Readonly<Record<string, string>>;
  readonly now: Date;
}

export function DatabasesPage(props: DatabasesProps): VNode {
  const { frame, view, isHosted } = props;
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Databases and roles"
      lead={isHosted ? undefined : 'This Postgres is attached: databases and roles are made and dropped there.'}
    >
      <Databases {...props} />
      <Roles {...props} />
    </ConsolePage>
  );
}

function Databases(props: DatabasesProps): VNode {
  const { frame, path, isHosted, databases, now } = props;
  const menuOf = ({ name }: DatabaseRow): MenuItem[] =>
    isHosted && databases.length > 1
      ? [{ kind: 'link', label: 'Delete database', href: `${path}/${encodeURIComponent(name)}/delete`, tone: 'danger' }]
      : [];
  const columns: ReadonlyArray<Column<DatabaseRow>> = [
    { header: 'Database', kind: 'main', cell: ({ shownName }) => <bdi>{shownName}</bdi> },
    { header: 'Owner', cell: ({ shownOwner }) => <bdi>{shownOwner}</bdi> },
    { header: 'Created', cell: ({ createdAt }) => <When at={createdAt} now={now} /> },
    {
      header: 'Actions',
      kind: 'actions',
      cell: (row) => <Kebab frame={frame} of={row.shownName} items={menuOf(row)} />,
    },
  ];
  return (
    <Panel id="databases" title="Databases">
      <DataTable caption="Databases" columns={columns} rows={databases} rowKey={({ name }) => name} />
      {isHosted && <NewDatabase {...props} />}
    </Panel>
  );
}

function NewDatabase({ frame, path, roles, typed }: DatabasesProps): VNode {
  const owners = roles
    .filter((role) => !role.isReadOnly)
    .map(({ name, shownName }) => ({ value: name, label: shownName }));
  return (
    <details class="more" open={typed.database !== undefined}>
      <summary>New database</summary>
      <form class="field-row" method="post" action={path} data-busy="Creating…">
        <CsrfField frame={frame} />
        <TextField name="database" label="Name" value={typed.database ?? ''} autocomplete="off" maxLength={63} />
        <SelectField name="owner" label="Owner" choices={owners} picked={typed.owner ?? null} />
        <button class="button primary" type="submit">
          Create database
        </button>
      </form>
    </details>
  );
}

function Roles(props: DatabasesProps): VNode {
  const { frame, path, isHosted, roles, now } = props;
  const columns: ReadonlyArray<Column<RoleRow>> = [
    { header: 'Role', kind: 'main', cell: ({ shownName }) => <bdi>{shownName}</bdi> },
    { header: 'Access', cell: ({ isReadOnly }) => (isReadOnly ? 'Read-only' : 'Read-write') },
    { header: 'Password set', cell: (row) => <PasswordAge row={row} now={now} /> },
    {
      header: 'Actions',
      kind: 'actions',
      cell: (row) => <Kebab frame={frame} of={row.shownName} items={roleMenu(row, { path, isHosted })} />,
    },
  ];
  return (
    <Panel id="roles" title="Roles" lead="You only need these passwords for tools that can’t sign in with a link.">
      <DataTable caption="Roles" columns={columns} rows={roles} rowKey={({ name }) => name} />
      {isHosted && (
        <details class="more" open={props.typed.role !== undefined}>
          <summary>New role</summary>
          <form class="field-row" method="post" action={`${path}/roles`} data-busy="Creating…">
            <CsrfField frame={frame} />
            <TextField name="role" label="Name" value={props.typed.role ?? ''} autocomplete="off" maxLength={63} />
            <button class="button primary" type="submit">
              Create role
            </button>
          </form>
        </details>
      )}
    </Panel>
  );
}

function PasswordAge({ row, now }: { readonly row: RoleRow; readonly now: Date }): VNode {
  return (
    <>
      <When at={row.updatedAt} now={now} />
      {row.isKnownOutside && <span class="row-detail">Known to people without access: reset it</span>}
    </>
  );
}

function roleMenu(role: RoleRow, { path, isHosted }: Pick<DatabasesProps, 'path' | 'isHosted'>): MenuItem[] {
  const own = `${path}/roles/${encodeURIComponent(role.name)}`;
  return [
    ...(role.mayReveal ? [{ kind: 'post', label: 'Reveal password', action: `${own}/reveal` } as const] : []),
    ...(isHosted ? [{ kind: 'link', label: 'Reset password', href: `${own}/reset` } as const] : []),
    ...(isHosted && !role.isProtected
      ? [{ kind: 'link', label: 'Delete role', href: `${own}/delete`, tone: 'danger' } as const]
      : []),
  ];
}
