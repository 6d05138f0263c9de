// The API keys of a person or of an organization.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { SelectField } from '../../../components/console/forms/fields.tsx';
import type { Column } from '../../../components/console/tables/data-table.tsx';
import { lastUseColumn } from '../../../components/console/tables/last-use-column.tsx';
import { ListedTable, type Listing } from '../../../components/console/tables/listed-table.tsx';
import { revokeColumn } from '../../../components/console/tables/revoke-column.tsx';
import { When } from '../../../components/console/tables/when.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly projectId: string | null;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly lastUsedFrom: string | null;
}

export interface ApiKeysProps extends ConsoleProps {
  readonly path: string;
  readonly kind: 'personal' | 'organization';
  readonly apiUrl: string;
  readonly listing: Listing<KeyRow>;
  readonly mayCreate: boolean;
  /** The projects to which a key can be bound. */
  readonly projects: ReadonlyArray<{ readonly value: string; readonly label: string }>;
  readonly typed: Readonly<Record<string, string>>;
  readonly now: Date;
}

export function ApiKeysPage(props: ApiKeysProps): VNode {
  const { frame, view, path, kind, apiUrl, listing, now } = props;
  const columns: ReadonlyArray<Column<KeyRow>> = [
    { header: 'Name', kind: 'main', sort: 'name', cell: (key) => <KeyName row={key} /> },
    ...(kind === 'organization'
      ? [{ header: 'Made by', cell: ({ createdBy }: KeyRow) => <bdi>{createdBy ?? 'somebody gone'}</bdi> }]
      : []),
    { header: 'Made', sort: 'made', cell: ({ createdAt }) => <When at={createdAt} now={now} /> },
    { ...lastUseColumn(now), sort: 'used' },
    revokeColumn(path, ({ name }) => name),
  ];
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="API keys"
      lead={
        <>
          {LEADS[kind]} The API is at <code>{apiUrl}</code>: <a href="/docs/api">see what it can do</a>.
        </>
      }
    >
      {props.mayCreate && <NewKey {...props} />}
      <div class="after-form">
        <ListedTable
          listing={listing}
          noun="key"
          caption="API keys"
          columns={columns}
          rowKey={({ id }) => id}
          empty="No API keys yet."
        />
      </div>
    </ConsolePage>
  );
}

function NewKey({ frame, path, projects, typed }: ApiKeysProps): VNode {
  return (
    <form class="panel" method="post" action={path}>
      <CsrfField frame={frame} />
      <div class="field-row">
        <TextField name="name" label="New key" value={typed.name ?? ''} autocomplete="off" maxLength={64} />
        {projects.length > 0 && (
          <SelectField
            name="project_id"
            label="Good for"
            choices={[{ value: '', label: 'the whole organization' }, ...projects]}
            picked={typed.project_id ?? ''}
          />
        )}
        <button class="button primary" type="submit">
          Create key
        </button>
      </div>
    </form>
  );
}

function KeyName({ row }: { readonly row: KeyRow }): VNode {
  return (
    <>
      <bdi>{row.name}</bdi>
      {row.projectId !== null && <span class="row-detail">for {row.projectId} only</span>}
    </>
  );
}

const LEADS = {
  personal: 'A key acts as you, in your account and in all of your organizations.',
  organization: 'Organization keys can do everything an admin can, except manage people.',
} as const;
