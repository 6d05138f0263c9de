// When and from where a secret was last used.

import type { Column } from './data-table.tsx';
import { When } from './when.tsx';

interface UsedRow {
  readonly lastUsedAt: Date | null;
  readonly lastUsedFrom: string | null;
}

export function lastUseColumn<Row extends UsedRow>(now: Date): Column<Row> {
  return {
    header: 'Last used',
    cell: ({ lastUsedAt, lastUsedFrom }) => (
      <span>
        <When at={lastUsedAt} now={now} never="never used" />
        {lastUsedFrom !== null && lastUsedFrom !== '' && <span class="row-detail mono">{lastUsedFrom}</span>}
      </span>
    ),
  };
}
