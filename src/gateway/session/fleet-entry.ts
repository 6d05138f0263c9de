// What the fleet's list says of one connection, from the wait for a person to the end.

import type { CatalogueSnapshot } from '../../catalogue/endings/catalogue-snapshot.ts';
import type { ConnectionCaps, ExceededCap } from '../../fleet/connection-counts.ts';
import {
  type LiveConnectionHandle,
  type LiveConnectionRecord,
  UNKNOWN_QUERY_STATE,
} from '../../fleet/live-connection.ts';
import type { LiveConnections } from '../../fleet/live-connections.ts';
import type { LiveRegistration } from '../../fleet/local-connections.ts';
import type { ConnectionId, NodeId } from '../../ids.ts';
import { programFor } from '../../login/terms/agent.ts';
import { cleanForLog } from '../../untrusted-text.ts';
import type { Client } from '../client/client.ts';
import { agentOf, applicationOf } from '../client/startup-parameters.ts';

type Facts = Partial<Omit<LiveConnectionRecord, 'id' | 'nodeId'>>;

export class FleetEntry {
  readonly id: ConnectionId;
  readonly #makeRecord: () => LiveConnectionRecord;
  /** Null before anybody asked. Of a listed connection, the registration keeps the record. */
  #kept: { readonly record: LiveConnectionRecord } | LiveRegistration | null = null;
  #registration: LiveRegistration | null = null;
  #rightAsOf: CatalogueSnapshot | null = null;

  /** Those that are refused at once need no record. */
  constructor(id: ConnectionId, makeRecord: () => LiveConnectionRecord) {
    this.id = id;
    this.#makeRecord = makeRecord;
  }

  /** All that is known of the connection, whether it is listed or not; without counters. */
  get record(): LiveConnectionRecord {
    this.#kept ??= { record: this.#makeRecord() };
    return this.#kept.record;
  }

  /** When the right was given that the connection rests on; null: unknown, and long ago. */
  get rightAsOf(): CatalogueSnapshot | null {
    return this.#rightAsOf;
  }

  /** Names the connection in the DETAIL of an error, so that a person can ask for help with it. */
  get reference(): string {
    const loginRequestId = this.#kept?.record.loginRequestId ?? null;
    return loginRequestId === null ? `live connection ${this.id}` : `login request ${loginRequestId}`;
  }

  /** The fleet lists the connection until `close`; a second call adds nothing. */
  register(liveConnections: LiveConnections, handle: LiveConnectionHandle): void {
    this.#registration ??= liveConnections.register(this.record, handle);
    this.#kept = this.#registration;
  }

  /** Sets the right that the connection rests on, and whom and what it is about. */
  restOn(rightAsOf: CatalogueSnapshot | null, facts: Facts): void {
    this.#rightAsOf = rightAsOf;
    this.update(facts);
  }

  update(facts: Facts): void {
    if (this.#kept !== null && 'update' in this.#kept) this.#kept.update(facts);
    else this.#kept = { record: { ...this.record, ...facts } };
  }

  /** The first cap that this connection exceeds, or null; see LiveRegistration. */
  async findExceededCap(caps: ConnectionCaps): Promise<ExceededCap | null> {
    return (await this.#registration?.findExceededCap(caps)) ?? null;
  }

  close(): void {
    this.#registration?.close();
  }
}

/** When nothing is known but the client, whose own words are cleaned and cut. */
export function firstRecord(
  { peer, startup, tls }: Client,
  { id, nodeId, since }: { readonly id: ConnectionId; readonly nodeId: NodeId; readonly since: Date },
): LiveConnectionRecord {
  const application = applicationOf(startup);
  return {
    id,
    nodeId,
    phase: 'waiting',
    userId: null,
    personEmail: null,
    address: peer.address,
    port: peer.port,
    application: nameShown(application, agentOf(startup)?.name ?? null),
    requestedUser: cleanForLog(startup.user),
    accountId: null,
    projectId: null,
    projectName: null,
    projectLabel: null,
    computeId: null,
    computeName: null,
    hostId: null,
    database: null,
    databaseRole: null,
    grantId: null,
    accessTokenId: null,
    loginRequestId: null,
    glassId: null,
    since: since.toISOString(),
    bytesToUpstream: 0,
    bytesToClient: 0,
    transactionStatus: null,
    ...UNKNOWN_QUERY_STATE,
    busySince: null,
    upstreamPid: null,
    tls: tls === null ? null : `${tls.version} ${tls.cipher}`,
  };
}

/** Lists, pages and the trail say for whom the program acts. */
export function nameShown(application: string | null, agent: string | null): string | null {
  if (agent === null) return application === null ? null : cleanForLog(application);
  return cleanForLog(programFor(application, agent));
}
