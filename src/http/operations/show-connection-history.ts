// The page of connections over time: two days by the hour, or a month by the day.

import { ConnectionHistoryPage } from '../../../web/pages/ops/connection-history-page.tsx';
import { readConnectionHistory } from '../../catalogue/trail/connection-history.ts';
import { queryText } from '../console/shell/console-call.ts';
import { type OperationsCall, requireScoped } from './operations-scope.ts';
import { operationsView } from './operations-view.ts';

const FRAMES = { hourly: 48, daily: 31 } as const;

const LABELS = {
  hourly: utcFormat({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
  daily: utcFormat({ day: 'numeric', month: 'short' }),
} as const;

export async function showConnectionHistory(call: OperationsCall): Promise<void> {
  requireScoped(call, 'read_audit');
  const { parts, context, request, response, scope } = call;
  const step = queryText(call, 'by') === 'daily' ? 'daily' : 'hourly';
  const wanted = { accountId: scope.accountId, step, frames: FRAMES[step] } as const;
  const frames = await readConnectionHistory(parts.catalogue, context, wanted);
  const path = `${scope.listPath}/history`;
  parts.renderer.send(request, response, ConnectionHistoryPage, {
    view: operationsView(call, { label: 'Over time', href: path }),
    reach: scope.accountId === null ? 'installation' : 'account',
    path,
    step,
    rows: frames.map((frame) => ({ ...frame, label: LABELS[step].format(frame.start) })).reverse(),
  });
}

function utcFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
}
