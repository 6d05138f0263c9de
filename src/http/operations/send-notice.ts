// Sends a NOTICE to the connections that were ticked, on whichever nodes they are.

import { z } from 'zod';
import * as actions from '../../actions/connections/act-on-connections.ts';
import { matchesFilter } from '../../fleet/live-connection.ts';
import { type ConnectionId, idFrom } from '../../ids.ts';
import { goTo, parseForm } from '../console/shell/console-call.ts';
import type { DoneCode } from '../console/shell/done-notices.ts';
import type { OperationsCall } from './operations-scope.ts';
import { noticeText } from './operator-text.ts';

/** The most connections of one notice; their ids fit into the largest form that is read. */
const MAX_RECIPIENTS = 10_000;
const MAX_LIST_CHARACTERS = 15 * MAX_RECIPIENTS;
const idText = z
  .string()
  .max(100)
  .transform(idFrom<ConnectionId>);

const noticeForm = z
  .object({
    text: noticeText,
    /** Ticked rows of the page. */
    connection: z.union([idText.transform((id) => [id]), z.array(idText)]).default([]),
    /** Ids, by comma, of ticked rows that the page's script has out of view. */
    connections: z
      .string()
      .max(MAX_LIST_CHARACTERS)
      .default('')
      .transform((list) =>
        list
          .split(',')
          .filter(Boolean)
          .map(idFrom<ConnectionId>),
      ),
  })
  .transform(({ text, connection, connections }) => ({ text, ids: new Set([...connection, ...connections]) }))
  .refine(({ ids }) => ids.size > 0, { path: ['connections'], error: 'tick at least one' })
  .refine(({ ids }) => ids.size <= MAX_RECIPIENTS, {
    path: ['connections'],
    error: `at most ${MAX_RECIPIENTS.toLocaleString('en-US')} at once`,
  });

/** Connections beyond the scope are left out. */
export async function sendNotice(call: OperationsCall): Promise<void> {
  const { parts, context, scope } = call;
  const { text, ids } = parseForm(call, noticeForm);
  const found = await parts.liveConnections.findAll([...ids]);
  const connections = found.filter((record) => matchesFilter(record, scope.filter));
  const reached = await actions.sendNotice(parts, context, { connections, capacity: scope.capacity, text });
  goTo(call, scope.listPath, doneCodeOf(reached, ids.size));
}

function doneCodeOf(reached: number, wanted: number): DoneCode {
  if (reached === 0) return 'notice_unsent';
  return reached < wanted ? 'notice_sent_to_some' : 'notice_sent';
}
