// One client's connection: what its phases share. Every wait listens to `signal`.

import type { Socket } from 'node:net';
import type { RightsReader } from '../../catalogue/access/rights-reader.ts';
import type { Clock } from '../../clock.ts';
import { PosternError } from '../../errors.ts';
import {
  type EndCause,
  type LiveConnectionHandle,
  type LiveConnectionSnapshot,
  UNKNOWN_QUERY_STATE,
} from '../../fleet/live-connection.ts';
import { type ConnectionId, newConnectionId } from '../../ids.ts';
import { noticeResponse } from '../../protocol/backend-messages.ts';
import type { Relay } from '../../relay/relay.ts';
import type { RelayActivity } from '../../relay/relay-activity.ts';
import type { Client } from '../client/client.ts';
import { type Greeting, inCharset } from '../client/client-line.ts';
import { operatorNotice } from '../client/link-notices.ts';
import type { DoorName } from './admission.ts';
import { ConnectionAudit } from './connection-audit.ts';
import { FleetEntry, firstRecord } from './fleet-entry.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { LiveRules } from './live-rules.ts';
import type { PhaseTimes } from './phase-times.ts';
import { ClientWatch, SessionEnding } from './session-ending.ts';
import type { UnfinishedConnection, UnfinishedConnections } from './unfinished-connections.ts';

type Charset = Greeting['charset'];

/** What a connection has once its client is ready for queries. */
export interface Relaying {
  readonly relay: Relay;
  readonly activity: RelayActivity;
  /** Of the client, as the upstream told it when the connection began. */
  readonly charset: Charset;
  /** Cancels the query that runs on the upstream, and records in the audit trail by whom. */
  readonly cancelQuery: (by: 'client' | 'hang_up' | 'operator') => Promise<void>;
}

interface Accepted {
  /** When the connection was accepted. */
  readonly since: Date;
  readonly phases: PhaseTimes;
  readonly place: UnfinishedConnection | null;
  readonly open: { readonly unfinished: UnfinishedConnections };
  /** Under TLS, where there is any. */
  readonly plain: Pick<Socket, 'bytesRead'>;
}

type SessionParts = Pick<GatewayParts, 'auditTrail' | 'clock' | 'liveConnections' | 'nodeId'>;

export class LiveSession {
  readonly client: Client;
  readonly id: ConnectionId;
  readonly phases: PhaseTimes;
  readonly entry: FleetEntry;
  readonly audit: ConnectionAudit;
  readonly ending = new SessionEnding();
  readonly rules = new LiveRules({
    forbid: (error) => this.ending.startForbidden(error),
    end: (error) => this.ending.start(error),
  });
  readonly clientWatch: ClientWatch;
  readonly #unfinished: UnfinishedConnections;
  readonly #parts: SessionParts;
  #relaying: Relaying | null = null;
  #door: DoorName | null = null;
  #isFailureRecorded: boolean | null = null;

  /** Among those that have not finished a login; it is told where it must give way. */
  readonly place: UnfinishedConnection | null;
  readonly plain: Accepted['plain'];

  constructor(client: Client, { since, phases, place, open, plain }: Accepted, parts: SessionParts) {
    this.client = client;
    this.id = newConnectionId();
    this.phases = phases;
    this.entry = new FleetEntry(this.id, () => firstRecord(client, { id: this.id, nodeId: parts.nodeId, since }));
    this.audit = new ConnectionAudit(this.entry, client.startup.database, parts);
    this.clientWatch = new ClientWatch(client.line.socket, this.ending);
    this.#parts = parts;
    this.place = place;
    this.plain = plain;
    this.#unfinished = open.unfinished;
    if (place !== null) place.giveWay = () => this.ending.start(new PosternError('crowded_out'));
  }

  /** Aborts with the one reason why this connection must end: a PosternError, or ClientGone. */
  get signal(): AbortSignal {
    return this.ending.signal;
  }

  get door(): DoorName | null {
    return this.#door;
  }

  get relaying(): Relaying | null {
    return this.#relaying;
  }

  /** The fleet lists the connection until `close`, under the door that was chosen for it. */
  register(door: DoorName): void {
    this.#door = door;
    this.entry.register(this.#parts.liveConnections, new FleetHandle(this, this.#parts.clock));
  }

  /** A person may be about to decide, or looks at the page. */
  advanceTo(stage: 'asking' | 'opened'): void {
    if (this.place !== null) this.#unfinished.advance(this.place, stage);
  }

  /** Whether the failure is recorded by itself; if not, its events are kept back for good. */
  isFailureRecorded(reason: string, { limits }: Pick<GatewayParts, 'limits'>): boolean {
    this.#isFailureRecorded ??= limits.failures.take(this.client.peer.address, reason);
    if (!this.#isFailureRecorded) this.audit.hold();
    return this.#isFailureRecorded;
  }

  beginRelaying(relaying: Relaying): void {
    this.#relaying = relaying;
    this.rules.settle();
    this.entry.update({ phase: 'relaying' });
  }

  close(): void {
    this.clientWatch.stop();
    this.entry.close();
  }
}

class FleetHandle implements LiveConnectionHandle {
  readonly #session: LiveSession;
  readonly #clock: Clock;

  constructor(session: LiveSession, clock: Clock) {
    this.#session = session;
    this.#clock = clock;
  }

  get rightAsOf() {
    return this.#session.entry.rightAsOf;
  }

  snapshot(): LiveConnectionSnapshot {
    return snapshotOf(this.#session.relaying, this.#clock.now().getTime());
  }

  end(cause: EndCause): void {
    this.#session.ending.startFor(cause);
  }

  async recheck(rights?: RightsReader): Promise<void> {
    await this.#session.rules.recheck(rights);
  }

  async cancelQuery(): Promise<void> {
    await this.#session.relaying?.cancelQuery('operator');
  }

  async notify(text: string): Promise<void> {
    const { relaying, client } = this.#session;
    const report = operatorNotice(text);
    if (relaying === null) client.line.sendNotice(report);
    else await relaying.relay.inject(noticeResponse(inCharset(report, charsetOf(relaying))));
  }
}

/** A client that has set a parameter since may have set its encoding. */
function charsetOf({ relay, charset }: Relaying): Charset {
  return relay.queries.hasNewParameters ? 'other' : charset;
}

const NOTHING_RELAYED: LiveConnectionSnapshot = {
  bytesToUpstream: 0,
  bytesToClient: 0,
  transactionStatus: null,
  ...UNKNOWN_QUERY_STATE,
};

function snapshotOf(relaying: Relaying | null, nowMs: number): LiveConnectionSnapshot {
  if (relaying === null) return NOTHING_RELAYED;
  const { relay, activity } = relaying;
  const { bytesToUpstream, bytesToClient, transactionStatus: status, queries } = relay;
  const transactionStatus = status === 'unknown' ? null : status;
  const { state } = queries;
  const query =
    state === 'unknown' ? UNKNOWN_QUERY_STATE : { queryState: state, queryStateSince: activity.stateSinceMs(nowMs) };
  return { bytesToUpstream, bytesToClient, transactionStatus, ...query };
}
