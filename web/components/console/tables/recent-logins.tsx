// A person's recent logins and sign-ins, one row each.

import type { VNode } from 'preact';
import { type Column, DataTable } from './data-table.tsx';
import { When } from './when.tsx';

export interface RecentLogin {
  readonly id: string;
  /** The project, or the console. */
  readonly what: string;
  readonly application: string | null;
  readonly from: string | null;
  readonly startedAt: Date;
  /** Null while it lasts, and for what lasts no time. */
  readonly endedAt: Date | null;
  readonly outcome: string;
}

export function RecentLogins({ logins, now }: { readonly logins: readonly RecentLogin[]; readonly now: Date }): VNode {
  const columns: ReadonlyArray<Column<RecentLogin>> = [
    { header: 'Login', kind: 'main', cell: ({ what }) => <bdi>{what}</bdi> },
    { header: 'From', cell: (login) => <From login={login} /> },
    { header: 'When', cell: (login) => <Span login={login} now={now} /> },
    { header: 'How it went', cell: ({ outcome }) => <bdi>{outcome}</bdi> },
  ];
  return (
    <DataTable
      caption="Recent logins and sign-ins"
      columns={columns}
      rows={logins}
      rowKey={({ id }) => id}
      empty="No logins yet."
    />
  );
}

function From({ login: { from, application } }: { readonly login: RecentLogin }): VNode {
  return (
    <span>
      {from !== null && <span class="mono">{from}</span>}
      {application !== null && (
        <span class="row-detail">
          <bdi>{application}</bdi>
        </span>
      )}
    </span>
  );
}

const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' });

/** `2 hours ago`, and below it `17:53–17:54 UTC`. */
function Span({ login, now }: { readonly login: RecentLogin; readonly now: Date }): VNode {
  const { startedAt, endedAt } = login;
  const [from, to] = [startedAt, endedAt ?? startedAt].map((at) => TIME.format(at));
  return (
    <span class="nowrap">
      <When at={startedAt} now={now} />
      <span class="row-detail">{from === to ? `${from} UTC` : `${from}–${to} UTC`}</span>
    </span>
  );
}
