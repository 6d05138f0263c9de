// Reads the audit trail: filtered pages, and the whole trail as a stream for export.

import { type SelectQueryBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { AccountId, ConnectionId, ProjectId } from '../../ids.ts';
import { accountResource, INSTALLATION, requireMay } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { decodeCursor, type Page, type PageRequest, pageOf } from '../store/keyset-pages.ts';
import type { Schema } from '../store/schema.ts';
import type { AuditContext } from './audit-context.ts';
import type { AuditEventName, AuditOutcome } from './audit-event-codes.ts';
import type { AuditEventBody } from './audit-events.ts';

export interface AuditFilter {
  /** Absent: the whole installation, for operators. */
  readonly accountId?: AccountId;
  readonly projectId?: ProjectId;
  readonly actorId?: string;
  readonly connectionId?: string;
  readonly loginRequestId?: string;
  readonly event?: AuditEventName;
  readonly outcome?: AuditOutcome;
  /** Part of a person's e-mail, an address, a project's name or another name, in any case. */
  readonly about?: string;
  /** The first words of event names, before the dot. */
  readonly families?: readonly string[];
  /** Half open: from inclusive, to exclusive. */
  readonly from?: Date;
  readonly to?: Date;
}

/** One list for all filters, since filters do not change the order of rows. */
const LIST = 'audit';
/** Events about logging in and signing in, by the first word of their names. */
const OWN_HISTORY = ['login', 'grant', 'connection', 'signin', 'signout', 'secret', 'identity'] as const;

const EXPORT_BATCH = 1_000;
const bodySchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** Newest first. */
export async function listAuditEvents(catalogue: Catalogue, context: AuditContext, request: AuditFilter & PageRequest) {
  requireReader(context, request);
  return auditPage(catalogue, request);
}

/** All matching events, oldest first; those written in the meantime may be missing. */
export async function* exportAuditEvents(
  catalogue: Catalogue,
  context: AuditContext,
  filter: AuditFilter,
): AsyncGenerator<AuditEventBody> {
  requireReader(context, filter);
  let after: { at: string; id: string } | null = null;
  do {
    const rows: Array<{ id: string; at: string; body: unknown }> = await oldestFirst(catalogue, filter, after);
    for (const row of rows) yield bodySchema.parse(row.body);
    const last = rows.at(-1);
    after = last === undefined || rows.length < EXPORT_BATCH ? null : { at: last.at, id: last.id };
  } while (after !== null);
}

/** A person's recent sign-ins and logins, for the page of the person's sessions. */
export async function listOwnHistory(catalogue: Catalogue, { actor }: AuditContext, request: PageRequest) {
  requireMay(actor, 'self.manage_sessions', INSTALLATION);
  const actorId = actor.kind === 'person' ? actor.userId : '';
  return auditPage(catalogue, { ...request, actorId, families: OWN_HISTORY });
}

/** The connections among these that have an event of their end. */
export async function findEndedConnections({ db }: Catalogue, ids: readonly ConnectionId[]) {
  const rows = await db
    .selectFrom('audit_events')
    .select('connection_id')
    .where(sql<boolean>`connection_id = any(${ids})`)
    .where('event', 'in', ['connection.ended', 'connection.failed'])
    .execute();
  return new Set(rows.flatMap((row) => row.connection_id ?? []));
}

export interface OperatorEnding {
  readonly who: string;
  readonly reason: string;
}

/** By connection: which of the person's own connections an operator or admin ended, and why. */
export async function findOperatorEndings({ db }: Catalogue, ids: readonly string[]) {
  const rows = await db
    .selectFrom('audit_events')
    .select(['connection_id', 'body'])
    .where(sql<boolean>`connection_id = any(${ids})`)
    .where('event', '=', 'ops.connection_ended')
    .execute();
  return new Map(
    rows.map(({ connection_id, body }): [string, OperatorEnding] => {
      const { actor_email, reason } = bodySchema.parse(body);
      return [`${connection_id}`, { who: String(actor_email ?? 'an operator'), reason: String(reason ?? '') }];
    }),
  );
}

function requireReader({ actor }: AuditContext, { accountId }: AuditFilter): void {
  if (accountId === undefined) requireMay(actor, 'ops.read_audit', INSTALLATION);
  else requireMay(actor, 'account.read_audit', accountResource(accountId));
}

async function auditPage(catalogue: Catalogue, request: AuditFilter & PageRequest): Promise<Page<AuditEventBody>> {
  const after = decodeCursor(LIST, request.cursor);
  const rows = await filtered(catalogue.db.selectFrom('audit_events').select(['id', 'at', 'body']), request)
    .$if(after !== null, (query) => query.where(sql<boolean>`(at, id) < (${after?.at.toISOString()}, ${after?.id})`))
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(request.limit)
    .execute();
  const page = pageOf({ list: LIST, items: rows, limit: request.limit }, (row) => ({
    at: new Date(row.at),
    id: row.id,
  }));
  return { items: page.items.map((row) => bodySchema.parse(row.body)), cursor: page.cursor };
}

function oldestFirst(catalogue: Catalogue, filter: AuditFilter, after: { at: string; id: string } | null) {
  return filtered(catalogue.db.selectFrom('audit_events').select(['id', 'at', 'body']), filter)
    .$if(after !== null, (query) => query.where(sql<boolean>`(at, id) > (${after?.at}, ${after?.id})`))
    .orderBy('at')
    .orderBy('id')
    .limit(EXPORT_BATCH)
    .execute();
}

function filtered<Row>(events: SelectQueryBuilder<Schema, 'audit_events', Row>, filter: AuditFilter) {
  const columns = {
    account_id: filter.accountId,
    project_id: filter.projectId,
    actor_id: filter.actorId,
    connection_id: filter.connectionId,
    login_request_id: filter.loginRequestId,
    event: filter.event,
    outcome: filter.outcome,
  };
  return events.where((where) =>
    where.and([
      ...Object.entries(columns)
        .filter((entry) => entry[1] !== undefined)
        .map(([column, value]) => sql<boolean>`${sql.ref(column)} = ${value}`),
      ...(filter.about === undefined ? [] : [mentions(filter.about)]),
      ...(filter.families === undefined
        ? []
        : [sql<boolean>`split_part(event, '.', 1) = any(${[...filter.families]})`]),
      ...(filter.from === undefined ? [] : [where('at', '>=', filter.from.toISOString())]),
      ...(filter.to === undefined ? [] : [where('at', '<', filter.to.toISOString())]),
    ]),
  );
}

/** Names in events, and projects by the name that they have now. */
function mentions(text: string) {
  const part = text.toLowerCase();
  const fields = ['actor_email', 'subject', 'terminal_ip', 'browser_ip', 'database', 'project_id', 'connection_id'];
  const named = sql.join(fields.map((field) => sql`body ->> ${sql.lit(field)}`));
  return sql<boolean>`(position(${part} in lower(concat_ws(' ', ${named}))) > 0
    OR project_id IN (SELECT id FROM projects p
      WHERE p.account_id = audit_events.account_id AND position(${part} in lower(p.name)) > 0))`;
}
