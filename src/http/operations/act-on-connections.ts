// The page of one connection; ending it, canceling its query; a NOTICE to ticked connections. One
// stays on the page while the connection lives, and finds the list again as it was.

import { z } from 'zod';
import { listParam } from '../../../web/components/ops/row-order.ts';
import { ConnectionDetailPage, type ConnectionDetailProps } from '../../../web/pages/ops/connection-detail-page.tsx';
import * as actions from '../../actions/connections/act-on-connections.ts';
import { readStatement } from '../../actions/connections/read-statement.ts';
import { findCompute } from '../../catalogue/projects/compute-rows.ts';
import { may } from '../../catalogue/rights/permissions.ts';
import type { LiveConnectionRecord } from '../../fleet/live-connection.ts';
import type { FleetOutcome } from '../../fleet/live-connections.ts';
import { MAX_OPERATOR_TEXT_CHARACTERS } from '../../fleet/node-messages.ts';
import { type ConnectionId, idFrom } from '../../ids.ts';
import { cleanForPage, cleanUpstreamText } from '../../untrusted-text.ts';
import { type Again, goTo, parseForm } from '../console/shell/console-call.ts';
import { type DoneCode, done } from '../console/shell/done-notices.ts';
import { liveRow } from './fleet-rows.ts';
import { cleanPlace, placeOf, placeText } from './list-place.ts';
import { toParam, withNames } from './named-toasts.ts';
import {
  findInScope,
  type OperationsCall,
  operationsView,
  requireConnection,
  type ScopedAction,
} from './operations-scope.ts';

export async function showConnection(call: OperationsCall, again?: Again): Promise<void> {
  const { parts, request, response } = call;
  parts.renderer.send(request, response, ConnectionDetailPage, await detailsOf(call, again));
}

/** Looked up when somebody asks, and shown once. */
export async function showStatement(call: OperationsCall): Promise<void> {
  const { parts, request, response, context, scope } = call;
  const connection = await requireConnection(call);
  const found = await readStatement(parts, context, { connection, capacity: scope.capacity });
  const statement =
    found === null ? null : { ...found, text: found.text === null ? null : cleanUpstreamText(found.text) };
  const props = { ...(await detailsOf(call)), statement: { kind: 'seen', statement } as const };
  await parts.renderer.sendOnce(request, response, ConnectionDetailPage, props);
}

async function detailsOf(call: OperationsCall, again?: Again): Promise<Omit<ConnectionDetailProps, 'frame'>> {
  const { scope, person, now } = call;
  const record = await requireConnection(call);
  const path = `${scope.connectionsPath}/${record.id}`;
  const allowed = (action: ScopedAction) => may(person, scope.actions[action], scope.resource);
  const isHosted = allowed('read_statement') && (await isOnHost(call, record));
  return {
    view: await withNames(call, operationsView(call, { label: record.id, href: path }, again)),
    path,
    listPath: scope.listPath,
    place: placeOf(call, again),
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
    statement: { kind: isHosted && record.upstreamPid !== null ? 'offered' : 'none' },
  };
}

async function isOnHost({ parts }: OperationsCall, { computeId }: LiveConnectionRecord): Promise<boolean> {
  const compute = computeId === null ? null : await findCompute(parts.catalogue.db, computeId);
  return compute !== null && compute.hostId !== null;
}

export async function endConnection(call: OperationsCall): Promise<void> {
  const { connection, place, outcome } = await perform(call, actions.endConnection);
  if (outcome === 'no_answer') return stayOn(call, { connection, place }, 'connection_unanswered');
  goTo(call, call.scope.listPath + place, outcome === 'done' ? 'connection_ended' : 'connection_gone');
}

export async function cancelQuery(call: OperationsCall): Promise<void> {
  const { connection, place, from, outcome } = await perform(call, actions.cancelQuery);
  const listPath = call.scope.listPath + place;
  if (outcome === 'not_found') return goTo(call, listPath, 'connection_gone');
  const code = outcome === 'done' ? 'query_canceled' : 'connection_unanswered';
  if (from === 'connection') return stayOn(call, { connection, place }, code);
  goTo(call, done(listPath, code) + toParam([connection.id]));
}

interface OnPage {
  readonly connection: Pick<LiveConnectionRecord, 'id'>;
  /** Where in the list the page was opened. */
  readonly place: string;
}

async function perform(
  call: OperationsCall,
  act: typeof actions.endConnection,
): Promise<OnPage & { readonly from: 'list' | 'connection'; readonly outcome: FleetOutcome }> {
  const { parts, context, scope } = call;
  const connection = await requireConnection(call);
  const { reason, list, from } = parseForm(call, reasonForm);
  const outcome = await act(parts, context, { connection, capacity: scope.capacity, reason });
  return { connection, place: cleanPlace(list), from, outcome };
}

function stayOn(call: OperationsCall, { connection, place }: OnPage, code: DoneCode): void {
  const path = `${call.scope.connectionsPath}/${connection.id}`;
  goTo(call, `${path}?to=${connection.id}${listParam('&', place)}`, code);
}

export const MAX_REASON_CHARACTERS = 200;

export const operatorReason = operatorText(MAX_REASON_CHARACTERS, 'say why');
/** The page that the form is on. */
const fromPage = z.enum(['list', 'connection']);
export const reasonForm = z.object({
  reason: operatorReason,
  list: placeText.default(''),
  from: fromPage.default('connection'),
});
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
    /** Of ticked rows that the page's script has out of view. */
    connections: idList(MAX_LIST_CHARACTERS).default([]),
    list: placeText.default(''),
    from: fromPage.default('list'),
  })
  .transform(({ connection, connections, ...rest }) => ({ ...rest, ids: new Set([...connection, ...connections]) }))
  .refine(({ ids }) => ids.size > 0, { path: ['connections'], error: 'tick at least one' })
  .refine(({ ids }) => ids.size <= MAX_RECIPIENTS, {
    path: ['connections'],
    error: `at most ${MAX_RECIPIENTS.toLocaleString('en-US')} at once`,
  });

/** Connections beyond the scope are left out. */
export async function sendNotice(call: OperationsCall): Promise<void> {
  const { parts, context, scope } = call;
  const { text, ids, list, from } = parseForm(call, noticeForm);
  const place = cleanPlace(list);
  const connections = await findInScope(call, [...ids]);
  const reached = await actions.sendNotice(parts, context, { connections, capacity: scope.capacity, text });
  const code = doneCodeOf(reached, ids.size);
  const [connection] = connections;
  if (from === 'connection' && connection !== undefined) return stayOn(call, { connection, place }, code);
  const path = scope.listPath + place;
  goTo(call, done(path, code) + (code === 'notice_sent' ? toParam([...ids]) : ''));
}

/** Ids by comma. */
export function idList(maxCharacters: number) {
  return z
    .string()
    .max(maxCharacters)
    .transform((list) =>
      list
        .split(',')
        .filter(Boolean)
        .map(idFrom<ConnectionId>),
    );
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
