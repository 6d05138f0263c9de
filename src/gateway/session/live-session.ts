// One client's connection as the fleet knows it: its record, the single reason why it must end, and what operators can do
// with it. Waits and dials nothing; every wait of the connection listens to `signal`.

import { PosternError } from '../../errors.ts';
import type { ConnectionCaps, CountedThing } from '../../fleet/connection-counts.ts';
import type {
  EndCause,
  LiveConnectionHandle,
  LiveConnectionRecord,
  LiveConnectionSnapshot,
} from '../../fleet/live-connection.ts';
import type { LiveConnections } from '../../fleet/live-connections.ts';
import type { LiveRegistration } from '../../fleet/local-connections.ts';
import type { ConnectionId, NodeId } from '../../ids.ts';
import { noticeResponse } from '../../protocol/backend-messages.ts';
import type { Relay } from '../../relay/relay.ts';
import { cleanOperatorText } from '../../untrusted-text.ts';
import { watchWaitingClient } from '../../wire/watch-waiting-client.ts';
import type { Client } from '../client/client.ts';
import { ClientGone } from '../client/client-gone.ts';
import { operatorNotice } from '../client/link-notices.ts';
import { firstRecord } from './first-record.ts';
import { LiveRules } from './live-rules.ts';
import type { DoorName } from './passage.ts';
import type { PhaseTimes } from './phase-times.ts';

type Facts = Partial<Omit<LiveConnectionRecord, 'id' | 'nodeId'>>;

/** Cancels what runs on the upstream, and says in the audit trail by whom. */
export type CancelQuery = (by: 'client' | 'hang_up' | 'operator') => Promise<void>;

interface Relayed {
  readonly relay: Relay;
  readonly cancelQuery: CancelQuery;
}

interface Beginning {
  readonly nodeId: NodeId;
  /** When the connection was accepted. */
  readonly since: Date;
  readonly phases: PhaseTimes;
}

export class LiveSession implements LiveConnectionHandle {
  readonly client: Client;
  readonly phases: PhaseTimes;
  /** How long no byte was relayed; 0 before the relay begins. */
  quietMs: (nowMs: number) => number = () => 0;
  readonly rules = new LiveRules(() => this.end({ kind: 'revoked' }));
  readonly #ending = new AbortController();
  #record: LiveConnectionRecord;
  #registration: LiveRegistration | null = null;
  #relayed: Relayed | null = null;
  #stopWatching: () => void = () => {};
  #auditSeq = 0;
  #door: DoorName | null = null;

  constructor(client: Client, { nodeId, since, phases }: Beginning) {
    this.client = client;
    this.phases = phases;
    this.#record = firstRecord(client, { nodeId, since });
  }

  get id(): ConnectionId {
    return this.#record.id;
  }

  get record(): LiveConnectionRecord {
    return this.#record;
  }

  /** Aborts with the one reason why this connection must end: a PosternError, or ClientGone. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** The door that the client stands at; null until one is chosen. */
  get door(): DoorName | null {
    return this.#door;
  }

  get relay(): Relay | null {
    return this.#relayed?.relay ?? null;
  }

  /** How an error's DETAIL names this connection, so that a person can ask for help with it. */
  get reference(): string {
    const { loginRequestId, id } = this.#record;
    return loginRequestId === null ? `live connection ${id}` : `login request ${loginRequestId}`;
  }

  /** From now until `close` the fleet lists the connection, as one that stands at this door. */
  standAt(door: DoorName, liveConnections: LiveConnections): void {
    this.#door = door;
    this.#registration ??= liveConnections.register(this.#record, this);
  }

  /** The first cap that this connection is over, or null; see LiveRegistration. */
  async findExceededCap(caps: ConnectionCaps): Promise<CountedThing | null> {
    return (await this.#registration?.findExceededCap(caps)) ?? null;
  }

  /** Adds what became known of the connection. */
  learn(facts: Facts): void {
    this.#record = { ...this.#record, ...facts };
    this.#registration?.update(facts);
  }

  /** From now on a client that hangs up, or sends bytes before it may, ends the connection. */
  watchClient(): void {
    this.#stopWatching();
    const watch = watchWaitingClient(this.client.line.socket);
    this.#stopWatching = () => watch.stop();
    void watch.ended.then((end) =>
      this.endWith(end === 'data' ? new PosternError('data_while_waiting') : new ClientGone()),
    );
  }

  async recheck(): Promise<void> {
    await this.rules.recheck();
  }

  /** The relay reads the client from now on. */
  beginRelaying(relayed: Relayed): void {
    this.#relayed = relayed;
    this.learn({ phase: 'relaying' });
  }

  stopWatchingClient(): void {
    this.#stopWatching();
  }

  /** The place of the next audit event in the order of this connection's. */
  nextAuditSeq(): number {
    this.#auditSeq += 1;
    return this.#auditSeq;
  }

  /** Starts the end; of several reasons the first counts. */
  endWith(reason: PosternError | ClientGone): void {
    this.#ending.abort(reason);
  }

  end(cause: EndCause): void {
    this.endWith(errorOf(cause));
  }

  snapshot(): LiveConnectionSnapshot {
    const relay = this.relay;
    const status = relay?.transactionStatus ?? 'unknown';
    return {
      bytesToUpstream: relay?.bytesToUpstream ?? 0,
      bytesToClient: relay?.bytesToClient ?? 0,
      transactionStatus: status === 'unknown' ? null : status,
    };
  }

  async cancelQuery(): Promise<void> {
    await this.#relayed?.cancelQuery('operator');
  }

  async notify(text: string): Promise<void> {
    const report = operatorNotice(text);
    if (this.relay === null) this.client.line.tell(report);
    else await this.relay.inject(noticeResponse(report));
  }

  close(): void {
    this.#stopWatching();
    this.#registration?.close();
  }
}

function errorOf(cause: EndCause): PosternError {
  return cause.kind === 'killed'
    ? new PosternError('killed', { params: { reason: cleanOperatorText(cause.reason) } })
    : new PosternError(cause.kind);
}
