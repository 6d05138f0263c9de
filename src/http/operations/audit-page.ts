// The audit trail as pages, newest first, and as a file of JSON lines, oldest first.

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { AuditPage } from '../../../web/pages/ops/audit-page.tsx';
import { linkedAbort } from '../../async/time-limit.ts';
import { exportAuditLines } from '../../audit/audit-export.ts';
import { AUDIT_EVENT_CODES, type AuditEventName } from '../../catalogue/trail/audit-event-codes.ts';
import { type AuditFilter, listAuditEvents } from '../../catalogue/trail/audit-trail-reader.ts';
import { findTrailNames } from '../../catalogue/trail/trail-names.ts';
import { PosternError } from '../../errors.ts';
import { type AccountId, idFrom, type ProjectId } from '../../ids.ts';
import { auditEntries } from './audit-entries.ts';
import { AUDIT_SENTENCES } from './audit-sentences.ts';
import { type OperationsCall, operationsView, whileAllowed } from './operations-scope.ts';

const EVENTS_PER_PAGE = 50;
const DAY_MS = 86_400_000;

const absentWhenEmpty = z
  .string()
  .trim()
  .max(200)
  .default('')
  .transform((text) => (text === '' ? undefined : text));
const day = z.union([z.literal('').transform(() => undefined), z.iso.date()]).optional();

const filterSchema = z.object({
  event: z.union([z.literal('').transform(() => undefined), z.enum(eventNames())]).optional(),
  outcome: z.union([z.literal('').transform(() => undefined), z.enum(['success', 'refused', 'failure'])]).optional(),
  about: absentWhenEmpty,
  actor: absentWhenEmpty,
  connection: absentWhenEmpty,
  account: absentWhenEmpty,
  project: absentWhenEmpty,
  /** Days in UTC, both included. */
  from: day,
  to: day,
});
type AuditQuery = z.output<typeof filterSchema>;

export async function showAudit(call: OperationsCall): Promise<void> {
  const { parts, request, response, scope, context } = call;
  const query = parseQuery(request.query);
  const cursor = z.string().max(512).optional().catch(undefined).parse(request.query.cursor);
  const filter = filterOf(call, query);
  const page = await listAuditEvents(parts.catalogue, context, { ...filter, limit: EVENTS_PER_PAGE, cursor });
  const { accountId } = scope;
  const names = await findTrailNames(parts.catalogue, { events: page.items, accountId });
  const asked = new URLSearchParams(
    Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const older = new URLSearchParams([...asked, ['cursor', page.cursor ?? '']]);
  parts.renderer.send(request, response, AuditPage, {
    view: operationsView(call, { label: 'Audit trail', href: scope.auditPath }),
    path: scope.auditPath,
    query,
    events: eventNames().map((name) => ({ value: name, label: AUDIT_SENTENCES[name][0] })),
    entries: auditEntries(page.items, names),
    olderPath: page.cursor === null ? null : `${scope.auditPath}?${older}`,
    isFirstPage: cursor === undefined,
  });
}

/** Streams the file, and cuts it off when the session or the right to read it ends. */
export async function exportAudit(call: OperationsCall): Promise<void> {
  const { parts, request, response, context, now } = call;
  const lines = exportAuditLines(parts.catalogue, context, filterOf(call, parseQuery(request.body)));
  // The first step checks the permission and records the export.
  const first = await lines.next();
  response.set('Content-Disposition', `attachment; filename="audit-${now.toISOString().slice(0, 10)}.jsonl"`);
  response.type('application/x-ndjson');
  const session = parts.sessions.watch(call.sessionId);
  const over = linkedAbort(session.signal);
  void whileAllowed(call, 'read_audit', over.signal).then(() => over.abort());
  try {
    await pipeline(Readable.from(withFirst(first, lines)), response, { signal: over.signal });
  } catch (error) {
    // Cut off, or left by the browser: pipeline has closed the response.
    if (!over.signal.aborted && !response.closed) throw error;
  } finally {
    over.abort();
    over.unlink();
    session.release();
  }
}

async function* withFirst(first: IteratorResult<string, void>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}

function parseQuery(asked: unknown): AuditQuery {
  const parsed = filterSchema.safeParse(asked ?? {});
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') ?? '?';
  throw new PosternError('unreadable_filter', { params: { field } });
}

/** Within an account's pages the filter never reaches another account. */
function filterOf({ scope }: OperationsCall, query: AuditQuery): AuditFilter {
  const accountId = scope.accountId ?? (query.account === undefined ? undefined : idFrom<AccountId>(query.account));
  const to = query.to === undefined ? undefined : new Date(Date.parse(query.to) + DAY_MS);
  return {
    ...(accountId === undefined ? {} : { accountId }),
    ...(query.about === undefined ? {} : { about: query.about }),
    ...(query.project === undefined ? {} : { projectId: idFrom<ProjectId>(query.project) }),
    ...(query.actor === undefined ? {} : { actorId: query.actor }),
    ...(query.connection === undefined ? {} : { connectionId: query.connection }),
    ...(query.event === undefined ? {} : { event: query.event }),
    ...(query.outcome === undefined ? {} : { outcome: query.outcome }),
    ...(query.from === undefined ? {} : { from: new Date(query.from) }),
    ...(to === undefined ? {} : { to }),
  };
}

function eventNames(): [AuditEventName, ...AuditEventName[]] {
  const [first, ...rest] = Object.keys(AUDIT_EVENT_CODES) as AuditEventName[];
  if (first === undefined) throw new Error('the audit trail knows no event');
  return [first, ...rest];
}
