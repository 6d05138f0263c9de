// One client's connection from its startup packet to its end: what its phases share. Each job is a
// class of its own; the phases wait and dial, and every wait listens to `signal`.

import type { LiveConnections } from '../../fleet/live-connections.ts';
import type { ConnectionId, NodeId } from '../../ids.ts';
import type { Client } from '../client/client.ts';
import type { DoorName } from './admission.ts';
import { ClientWatch } from './client-watch.ts';
import { type AuditParts, ConnectionAudit } from './connection-audit.ts';
import { firstRecord } from './first-record.ts';
import { FleetEntry } from './fleet-entry.ts';
import { LiveRules } from './live-rules.ts';
import type { PhaseTimes } from './phase-times.ts';
import type { Relaying } from './relaying.ts';
import { SessionEnding } from './session-ending.ts';
import { SessionHandle } from './session-handle.ts';

export interface SessionParts extends AuditParts {
  readonly nodeId: NodeId;
  readonly liveConnections: LiveConnections;
}

interface SessionStart {
  /** When the connection was accepted. */
  readonly since: Date;
  readonly phases: PhaseTimes;
}

export class LiveSession {
  readonly client: Client;
  readonly id: ConnectionId;
  readonly phases: PhaseTimes;
  readonly entry: FleetEntry;
  readonly audit: ConnectionAudit;
  readonly ending = new SessionEnding();
  readonly rules = new LiveRules(() => this.ending.startFor({ kind: 'revoked' }));
  readonly clientWatch: ClientWatch;
  readonly #liveConnections: LiveConnections;
  #relaying: Relaying | null = null;
  #door: DoorName | null = null;

  constructor(client: Client, { since, phases }: SessionStart, parts: SessionParts) {
    const record = firstRecord(client, { nodeId: parts.nodeId, since });
    this.client = client;
    this.id = record.id;
    this.phases = phases;
    this.entry = new FleetEntry(record);
    this.audit = new ConnectionAudit(this.entry, client.startup.database, parts);
    this.clientWatch = new ClientWatch(client.line.socket, this.ending);
    this.#liveConnections = parts.liveConnections;
  }

  /** Aborts with the one reason why this connection must end: a PosternError, or ClientGone. */
  get signal(): AbortSignal {
    return this.ending.signal;
  }

  /** The door that was chosen; null before. */
  get door(): DoorName | null {
    return this.#door;
  }

  /** Null before the client is ready for queries. */
  get relaying(): Relaying | null {
    return this.#relaying;
  }

  /** The fleet lists the connection until `close`, under the door that was chosen for it. */
  register(door: DoorName): void {
    this.#door = door;
    this.entry.register(this.#liveConnections, new SessionHandle(this));
  }

  /** The relay reads the client from now on. */
  beginRelaying(relaying: Relaying): void {
    this.#relaying = relaying;
    this.entry.update({ phase: 'relaying' });
  }

  close(): void {
    this.clientWatch.stop();
    this.entry.close();
  }
}
