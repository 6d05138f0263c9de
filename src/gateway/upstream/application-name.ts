// The stamp in application_name by which a database's own log shows who is connected.

import type { ConnectionId } from '../../ids.ts';

/** PostgreSQL cuts names at NAMEDATALEN - 1 bytes. */
const MAX_NAME_BYTES = 63;

interface ApplicationStamp {
  /** The client's own application_name, or null where it sent none. */
  readonly application: string | null;
  readonly connectionId: ConnectionId;
  /** The agent that acts for the person; null: none. */
  readonly agent?: string | null;
  /** E.g. an e-mail address; null where other tenants could read it. */
  readonly person: string | null;
  /** Let in by a broken glass; absent: not. */
  readonly isGlassBroken?: boolean;
}

/** `<application> agent:<name> postern:<connection id> <person>`; the mark is never cut. ASCII. */
export function stampApplicationName({
  application,
  connectionId,
  agent = null,
  person,
  isGlassBroken = false,
}: ApplicationStamp): string {
  const acting = agent === null ? '' : `agent:${toAscii(agent)} `;
  const mark = `${isGlassBroken ? 'break-glass ' : ''}${acting}postern:${connectionId}`;
  const room = MAX_NAME_BYTES - mark.length;
  const client = toAscii(application ?? '').slice(0, room - 1);
  const named = client === '' ? mark : `${client} ${mark}`;
  return `${named} ${toAscii(person ?? '')}`.slice(0, MAX_NAME_BYTES).trimEnd();
}

// PostgreSQL's pg_clean_ascii() does the same to what it stores.
function toAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, '?').trim();
}
