// Sends a NOTICE to the connections that were ticked, on whichever nodes they are.

import { z } from 'zod';
import type { LiveConnectionRecord } from '../../fleet/live-connection.ts';
import { type DoneCode, done } from '../console/shell/done-notices.ts';
import { goTo, parseForm } from '../console/shell/form-route.ts';
import { recordDeed, targetOf } from './act-on-connection.ts';
import { type OpsVisit, requireDeed } from './operations-scope.ts';
import { noticeText } from './operator-text.ts';

/** As many as "Select all shown" may tick; their ids fit into the largest form that is read. */
const MAX_TOLD = 10_000;
const MAX_LIST_CHARACTERS = 15 * MAX_TOLD;
const idText = z.string().max(100);

const noticeForm = z
  .object({
    text: noticeText,
    /** Ticked rows of the page. */
    connection: z.union([idText.transform((id) => [id]), z.array(idText)]).default([]),
    /** Of rows that the page's script has out of view: ids by comma. */
    connections: z
      .string()
      .max(MAX_LIST_CHARACTERS)
      .default('')
      .transform((list) => list.split(',').filter(Boolean)),
  })
  .transform(({ text, connection, connections }) => ({ text, ids: new Set([...connection, ...connections]) }))
  .refine(({ ids }) => ids.size > 0, { path: ['connections'], error: 'tick at least one' })
  .refine(({ ids }) => ids.size <= MAX_TOLD, {
    path: ['connections'],
    error: `at most ${MAX_TOLD.toLocaleString('en-US')} at once`,
  });

/** Those of the scope are told; each of them is an audit event with the text as its reason. */
export async function sendNotice(visit: OpsVisit): Promise<void> {
  requireDeed(visit, 'notify');
  const { parts, scope, person } = visit;
  const { text, ids } = parseForm(visit, noticeForm);
  const records = (await parts.liveConnections.list(scope.filter)).filter(({ id }) => ids.has(id));
  const reached = await parts.liveConnections.notify(
    records.map(({ id }) => id),
    { text, by: person.email },
  );
  recordNotice(visit, { records, text, reached });
  goTo(visit, done(scope.listPath, doneCodeOf(reached, ids.size)));
}

function recordNotice(
  visit: OpsVisit,
  { records, text, reached }: { records: readonly LiveConnectionRecord[]; text: string; reached: number },
): void {
  const outcome = reached > 0 ? 'success' : 'failure';
  for (const record of records) {
    recordDeed(visit, { event: 'ops.notice_sent', outcome, reason: text, ...targetOf(record) });
  }
}

function doneCodeOf(reached: number, wanted: number): DoneCode {
  if (reached === 0) return 'notice_unsent';
  return reached < wanted ? 'notice_sent_to_some' : 'notice_sent';
}
