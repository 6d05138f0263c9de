// Whether an organization asks for a second factor, and who has none.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { Panel } from '../../../components/console/panel.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

interface PersonRow {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly relation: 'admin' | 'member' | 'guest';
}

export interface SecondFactorSettingsProps extends ConsoleProps {
  readonly path: string;
  readonly isDemanded: boolean;
  /** Members and guests without one. */
  readonly without: readonly PersonRow[];
}

const LEAD =
  'A passkey, one-time codes from an app, or an identity provider that vouches for one. Without it, people can use nothing of this organization: no page, no project, no key or token of their own, no connection.';

const COLUMNS: ReadonlyArray<Column<PersonRow>> = [
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
  { header: 'Role', cell: ({ relation }) => relation },
];

export function SecondFactorSettingsPage(props: SecondFactorSettingsProps): VNode {
  const { frame, view, path, isDemanded, without } = props;
  return (
    <ConsolePage frame={frame} view={view} title="Second factor" lead={LEAD}>
      <Panel
        id="demand"
        title={isDemanded ? 'Everybody needs a second factor' : 'Ask everybody for a second factor'}
        lead={isDemanded ? 'On, for members and guests.' : 'Off. It holds for members and guests, at once.'}
      >
        <form class="stack" method="post" action={path}>
          <CsrfField frame={frame} />
          <input type="hidden" name="demand" value={isDemanded ? 'off' : 'on'} />
          <button class={isDemanded ? 'button plain' : 'button primary'} type="submit">
            {isDemanded ? 'Ask no longer' : 'Ask for it'}
          </button>
        </form>
      </Panel>
      <Panel
        id="without"
        title={isDemanded ? 'Shut out until they add one' : 'Would be shut out'}
        lead={isDemanded ? 'They were told by mail.' : `${inWords(without.length)} and told by mail; connections end.`}
      >
        <DataTable
          caption="People without a second factor"
          columns={COLUMNS}
          rows={without}
          rowKey={({ userId, relation }) => `${userId} ${relation}`}
          empty="Everybody has a second factor."
        />
      </Panel>
    </ConsolePage>
  );
}

function inWords(count: number): string {
  return count === 1 ? '1 person would be shut out' : `${count} people would be shut out`;
}
