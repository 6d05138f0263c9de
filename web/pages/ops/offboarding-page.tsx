// What a person had, and when each piece ended.

import type { VNode } from 'preact';
import { ConsolePage } from '../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../components/console/console-view.ts';
import { type Column, DataTable } from '../../components/console/tables/data-table.tsx';
import { When } from '../../components/console/tables/when.tsx';

const KINDS = {
  browser: 'Browser',
  membership: 'Membership',
  share: 'Shared project',
  identity: 'Identity',
  secret: 'Key or token',
  approval: 'Approval',
  connection: 'Connection',
  login: 'Waiting login',
} as const;

interface HeldRow {
  readonly key: string;
  readonly kind: keyof typeof KINDS;
  readonly what: string;
  readonly since: Date | null;
  readonly endedAt: Date | null;
  readonly how: string | null;
}

export interface OffboardingProps extends ConsoleProps {
  readonly email: string;
  readonly state: 'active' | 'disabled' | 'removed';
  readonly lookedBackTo: Date;
  readonly held: readonly HeldRow[];
  readonly now: Date;
}

export function OffboardingPage({ frame, view, email, state, lookedBackTo, held, now }: OffboardingProps): VNode {
  const columns: ReadonlyArray<Column<HeldRow>> = [
    {
      header: 'What',
      kind: 'main',
      cell: ({ kind, what }) => (
        <>
          {KINDS[kind]}
          <span class="row-detail">
            <bdi>{what}</bdi>
          </span>
        </>
      ),
    },
    { header: 'Since', cell: ({ since }) => (since === null ? '–' : <When at={since} now={now} />) },
    { header: 'Ended', cell: ({ endedAt }) => (endedAt === null ? 'Still there' : <When at={endedAt} now={now} />) },
    { header: 'Why', cell: ({ how }) => how ?? '–' },
  ];
  const still = held.filter(({ endedAt }) => endedAt === null).length;
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title={`What ${email} had`}
      lead={`The account is ${state}. ${still} still there, ${held.length - still} ended since ${lookedBackTo.toISOString().slice(0, 10)}.`}
    >
      <DataTable
        caption="What the person had"
        columns={columns}
        rows={held}
        rowKey={({ key }) => key}
        empty="Nothing."
      />
    </ConsolePage>
  );
}
