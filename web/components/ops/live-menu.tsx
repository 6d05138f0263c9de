// What may be done to one connection of the list: links to its page, which leads back to the list
// as it was.

import type { VNode } from 'preact';
import { RowMenu } from '../console/tables/row-menu.tsx';
import type { LiveRow } from './live-row.ts';
import { mayBeCanceled } from './live-state.ts';

export const ROW_ACTS = ['cancel', 'notify', 'end'] as const;
export type RowAct = (typeof ROW_ACTS)[number];

/** Anchors are the panels of the connection's page. */
const ITEMS = {
  cancel: { label: 'Cancel query…', anchor: 'cancel', look: 'menu-item' },
  notify: { label: 'Send NOTICE…', anchor: 'notice', look: 'menu-item' },
  end: { label: 'End…', anchor: 'end', look: 'menu-item danger' },
} as const satisfies Record<RowAct, unknown>;

interface LiveMenuProps {
  readonly row: LiveRow;
  readonly acts: readonly RowAct[];
  /** The connection's page. */
  readonly href: string;
}

export function LiveMenu({ row, acts, href }: LiveMenuProps): VNode {
  return (
    <RowMenu of={`${row.person ?? row.requestedUser} from ${row.address}`}>
      {acts
        .filter((act) => act !== 'cancel' || mayBeCanceled(row))
        .map((act) => (
          <li key={act}>
            <a class={ITEMS[act].look} href={`${href}#${ITEMS[act].anchor}`}>
              {ITEMS[act].label}
            </a>
          </li>
        ))}
    </RowMenu>
  );
}
