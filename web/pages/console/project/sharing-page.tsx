// The people with whom a project is shared.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { EmailsField } from '../../../components/console/forms/emails-field.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { Kebab } from '../../../components/console/tables/kebab.tsx';
import { When } from '../../../components/console/tables/when.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

interface GuestRow {
  readonly id: string;
  readonly email: string;
  /** Whether the guest has an account is not told before. */
  readonly isLinkUsed: boolean;
  readonly grantedAt: Date;
}

export interface SharingProps extends ConsoleProps {
  readonly path: string;
  readonly mayShare: boolean;
  readonly mayUnshare: boolean;
  readonly guests: readonly GuestRow[];
  readonly typed: Readonly<Record<string, string>>;
  readonly now: Date;
}

export function SharingPage({ frame, view, path, mayShare, mayUnshare, guests, typed, now }: SharingProps): VNode {
  const columns: ReadonlyArray<Column<GuestRow>> = [
    { header: 'Guest', kind: 'main', cell: ({ email }) => <bdi>{email}</bdi> },
    { header: 'Link', cell: ({ isLinkUsed }) => (isLinkUsed ? 'used' : 'not used yet') },
    { header: 'Shared', cell: ({ grantedAt }) => <When at={grantedAt} now={now} /> },
    {
      header: 'Actions',
      kind: 'actions',
      cell: ({ id, email }) => (
        <Kebab
          frame={frame}
          of={email}
          items={
            mayUnshare
              ? [{ kind: 'link', label: 'Remove from project', href: `${path}/${id}/remove`, tone: 'danger' }]
              : []
          }
        />
      ),
    },
  ];
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Sharing"
      lead="Guests use this project and nothing else of the account. They find it under “Shared with me”."
    >
      {mayShare && (
        <form class="panel" method="post" action={path}>
          <CsrfField frame={frame} />
          <EmailsField label="Share with" value={typed.emails ?? ''} />
          <div class="form-foot">
            <button class="button primary" type="submit">
              Share project
            </button>
          </div>
        </form>
      )}
      <Panel id="guests" title="Guests of this project">
        <DataTable
          caption="Guests of this project"
          columns={columns}
          rows={guests}
          rowKey={({ id }) => id}
          empty="Not shared with anyone yet."
        />
      </Panel>
    </ConsolePage>
  );
}
