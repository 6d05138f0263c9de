// The page of one connection; ending it, canceling its query; a NOTICE to ticked connections.

import { z } from 'zod';
import { ConnectionDetailPage } from '../../../web/pages/ops/connection-detail-page.tsx';
import * as actions from '../../actions/connections/act-on-connections.ts';
import { may } from '../../catalogue/rights/permissions.ts';
import { matchesFilter } from '../../fleet/live-connection.ts';
import type { FleetOutcome } from '../../fleet/live-connections.ts';
import { MAX_OPERATOR_TEXT_CHARACTERS } from '../../fleet/node-messages.ts';
import { type ConnectionId, idFrom } from '../../ids.ts';
import { cleanForPage, cleanUpstreamText } from '../../untrusted-text.ts';
import { type Again, goTo, parseForm } from '../console/shell/console-call.ts';
import type { DoneCode } from '../console/shell/done-notices.ts';
import { liveRow } from './fleet-rows.ts';
import { type OperationsCall, operationsView, requireConnection, type ScopedAction } from './operations-scope.ts';

export async function showConnection(call: OperationsCall, again?: Again): Promise<void> {
  const { parts, request, response, scope, person, now } = call;
  const record = await requireConnection(call);
  const path = `${scope.connectionsPath}/${record.id}`;
  const allowed = (action: ScopedAction) => may(person, scope.actions[action], scope.resource);
  parts.renderer.send(request, response, ConnectionDetailPage, {
    view: operationsView(call, { label: record.id, href: path }, again),
    path,
    noticePath: `${scope.connectionsPath}/notice`,
    auditPath: `${scope.auditPath}?connection=${record.id}`,
    row: liveRow(record),
    tls: record.tls === null ? null : cleanForPage(record.tls),
    port: record.port,
    grantId: record.grantId,
    accessTokenId: record.accessTokenId,
    mayEnd: allowed('end'),
    mayCancel: allowed('cancel'),
    mayNotify: allowed('notify'),
    now: now.getTime(),
    typed: again?.typed ?? {},
  });
}

export async function endConnection(call: OperationsCall): Promise<void> {
  await perform(call, actions.endConnection, 'connection_ended');
}

export async function cancelQuery(call: OperationsCall): Promise<void> {
  await perform(call, actions.cancelQuery, 'query_canceled');
}

async function perform(call: OperationsCall, act: typeof actions.endConnection, doneCode: DoneCode): Promise<void> {
  const { parts, context, scope } = call;
  const connection = await requireConnection(call);
  const { reason } = parseForm(call, reasonForm);
  const outcome = await act(parts, context, { connection, capacity: scope.capacity, reason });
  goTo(call, scope.listPath, CODES[outcome] ?? doneCode);
}

const CODES: Readonly<Record<FleetOutcome, DoneCode | null>> = {
  done: null,
  not_found: 'connection_gone',
  no_answer: 'connection_unanswered',
};

export const MAX_REASON_CHARACTERS = 200;

export const reasonForm = z.object({ reason: operatorText(MAX_REASON_CHARACTERS, 'say why') });
export const noticeText = operatorText(MAX_OPERATOR_TEXT_CHARACTERS, 'write what to tell them');

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

function operatorText(maxCharacters: number, missing: string) {
  return z
    .string({ error: missing })
    .max(maxCharacters, `at most ${maxCharacters} characters`)
    .transform((text) => cleanUpstreamText(text).replace(/\s+/g, ' ').trim())
    .pipe(z.string().min(1, missing));
}
