// That a project or a compute had another name lately: the asker may have chosen the present one.

import type { VNode } from 'preact';
import { When } from '../../../components/console/tables/when.tsx';
import type { RenamedView } from './request-view.ts';

interface RenamedFactProps {
  readonly what: string;
  readonly renamed: RenamedView | null;
  readonly now: Date;
}

export function RenamedFact({ what, renamed, now }: RenamedFactProps): VNode | null {
  if (renamed === null) return null;
  return (
    <tr>
      <th scope="row">{what} renamed</th>
      <td>
        <strong>
          from <bdi>{renamed.from.join(', ')}</bdi> by <bdi>{renamed.by}</bdi>, <When at={renamed.at} now={now} />
        </strong>
      </td>
    </tr>
  );
}
