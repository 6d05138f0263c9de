// Live connections as the console's tables show them, and ending one of them.

import type { ConnectionRow } from '../../../../web/components/console/tables/connection-table.tsx';
import { endConnection } from '../../../actions/connections/act-on-connections.ts';
import { assertNever } from '../../../assert-never.ts';
import type { LiveConnectionRecord } from '../../../fleet/live-connection.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type ConsoleCall, goTo } from './console-call.ts';
import type { DoneCode } from './done-notices.ts';

/** `endPath` is null where the person may not end it. */
export function connectionRow(record: LiveConnectionRecord, endPath: string | null): ConnectionRow {
  const target = [record.database, record.databaseRole].filter((name) => name !== null).map(cleanForPage);
  return {
    id: record.id,
    person: record.personEmail === null ? null : cleanForPage(record.personEmail),
    address: record.address,
    application: record.application === null ? null : cleanForPage(record.application),
    project: record.projectName === null ? null : cleanForPage(record.projectName),
    label: record.projectLabel ?? 'none',
    target: target.length === 0 ? null : target.join(' as '),
    phase: record.phase,
    since: new Date(record.since),
    bytesToUpstream: record.bytesToUpstream,
    bytesToClient: record.bytesToClient,
    endPath,
  };
}

export async function endAndGoBack(
  call: ConsoleCall,
  ending: Parameters<typeof endConnection>[2],
  backPath: string,
): Promise<void> {
  const outcome = await endConnection(call.parts, call.context, ending);
  goTo(call, backPath, doneCodeOf(outcome));
}

function doneCodeOf(outcome: 'done' | 'not_found' | 'no_answer'): DoneCode {
  switch (outcome) {
    case 'done':
      return 'connection_ended';
    case 'not_found':
      return 'connection_gone';
    case 'no_answer':
      return 'connection_unanswered';
    default:
      return assertNever(outcome);
  }
}
