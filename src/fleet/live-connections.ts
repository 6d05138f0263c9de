// Lists connections over all nodes and sends commands to them. The callers check permissions.

import { inParts } from '../async/batches.ts';
import type { CatalogueSnapshot } from '../catalogue/endings/catalogue-snapshot.ts';
import type { RestingOn } from '../catalogue/endings/ended-access.ts';
import type { ComputeId, ConnectionId, NodeId } from '../ids.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { redisKeys } from '../redis/redis-keys.ts';
import type { EndedAccessDrain, EndingOutcome } from './endings/ended-access-drain.ts';
import { FleetView } from './fleet-view.ts';
import {
  type ConnectionPlace,
  filterMatcher,
  type LiveConnectionFilter,
  type LiveConnectionHandle,
  type LiveConnectionRecord,
} from './live-connection.ts';
import type { LiveRegistration, LocalConnections } from './local-connections.ts';
import type { NodeBus } from './node-bus.ts';
import type { ConnectionTotals, NodeHeartbeat } from './node-heartbeat.ts';
import { MAX_CONNECTIONS_PER_COMMAND, MAX_OPERATOR_TEXT_CHARACTERS, type NodeCommand } from './node-messages.ts';
import type { NodeRecord } from './node-record.ts';
import { readComputesInUse, readConnections, readNode } from './stored-connections.ts';

/** `no_answer` within two seconds: the node that holds the connection may still do it. */
export type FleetOutcome = 'done' | 'not_found' | 'no_answer';

/** Texts are cut after 500 characters. */
export interface CommandSource {
  /** An e-mail or a key's id, for the log of the node that carries the command out. */
  readonly by: string;
}

interface LiveConnectionsOptions {
  readonly redis: RedisClient;
  readonly heartbeat: NodeHeartbeat;
  readonly bus: NodeBus;
  readonly endedAccess: EndedAccessDrain;
  readonly local: LocalConnections;
}

export class LiveConnections {
  readonly #parts: LiveConnectionsOptions;

  constructor(parts: LiveConnectionsOptions) {
    this.#parts = parts;
    const { heartbeat, bus, local } = parts;
    heartbeat.reportTotals(() => local.totals());
    bus.addResponder((command) => {
      const reply = local.obey(command);
      return reply === null ? null : Promise.resolve(reply);
    });
  }

  /** Until its registration is closed. Works without Redis. */
  register(record: LiveConnectionRecord, handle: LiveConnectionHandle): LiveRegistration {
    return this.#parts.local.register(record, handle);
  }

  totals(): ConnectionTotals {
    return this.#parts.local.totals();
  }

  /** Oldest first; others’ are a second old. A filter by owner reads less. Throws without Redis. */
  async list(filter: LiveConnectionFilter = {}): Promise<LiveConnectionRecord[]> {
    const others = await this.#otherNodes();
    const asked = others.filter(({ nodeId }) => filter.nodeId === undefined || filter.nodeId === nodeId);
    const theirs = await Promise.all(asked.map((node) => readNode(this.#parts.redis, node, filter)));
    const matching = [...this.#parts.local.list(filter), ...theirs.flat().filter(filterMatcher(filter))];
    return matching.sort((a, b) => a.since.localeCompare(b.since));
  }

  /** One connection, wherever it is; null when no living node has it. Throws as `findAll` does. */
  async find(connectionId: ConnectionId): Promise<LiveConnectionRecord | null> {
    const [record] = await this.findAll([connectionId]);
    return record ?? null;
  }

  /** The connections of these ids, in any order. Throws when Redis is away and not all are here. */
  async findAll(connectionIds: readonly ConnectionId[]): Promise<LiveConnectionRecord[]> {
    const own = connectionIds.flatMap((id) => this.#parts.local.find(id) ?? []);
    const elsewhere = connectionIds.filter((id) => !this.#parts.local.published.has(id));
    if (elsewhere.length === 0) return own;
    const theirs = await this.#parts.heartbeat.askOtherNodes(
      (nodeId) => readConnections(this.#parts.redis, nodeId, elsewhere),
      (found) => found.length >= elsewhere.length,
    );
    return [...own, ...theirs];
  }

  /** The computes with established connections through any node. Throws when Redis is away. */
  async computesInUse(): Promise<ReadonlySet<ComputeId>> {
    const others = await this.#otherNodes();
    const theirs = await Promise.all(others.map((node) => readComputesInUse(this.#parts.redis, node)));
    const own = this.#parts.local.list({ phase: 'relaying' });
    return new Set([...own.flatMap(({ computeId }) => computeId ?? []), ...theirs.flat()]);
  }

  openView(): FleetView {
    return new FleetView({ redis: this.#parts.redis, heartbeat: this.#parts.heartbeat, local: this.#parts.local });
  }

  listNodes(): Promise<NodeRecord[]> {
    return this.#parts.heartbeat.listNodes();
  }

  /** Ends one connection; `reason` is shown to its person. Throws when Redis is away. */
  async end(
    connection: ConnectionId | ConnectionPlace,
    { reason, by, cause = 'killed' }: CommandSource & { reason: string; cause?: 'killed' | 'suspended' },
  ) {
    return await this.#command(connection, (connectionId) => ({
      kind: 'end_connection',
      connectionId,
      cause,
      reason: cut(reason),
      by: cut(by),
    }));
  }

  /** Cancels a connection's query; `done` means that the cancel is under way. Throws as `end`. */
  async cancelQuery(connection: ConnectionId | ConnectionPlace, { by }: CommandSource): Promise<FleetOutcome> {
    return await this.#command(connection, (connectionId) => ({ kind: 'cancel_query', connectionId, by: cut(by) }));
  }

  /** Sends a NOTICE to connections wherever they are; resolves to how many were reached. */
  async notify(connections: readonly ConnectionPlace[], { text, by }: CommandSource & { readonly text: string }) {
    const nodeIds = new Set(connections.map(({ nodeId }) => nodeId));
    const requests = [...nodeIds].flatMap((nodeId) => {
      const ids = connections.filter((connection) => connection.nodeId === nodeId).map(({ id }) => id);
      return inParts(ids, MAX_CONNECTIONS_PER_COMMAND).map((connectionIds) =>
        this.#parts.bus.request(nodeId, { kind: 'notify', connectionIds, text: cut(text), by: cut(by) }),
      );
    });
    const outcomes = await Promise.all(requests);
    return outcomes.reduce((sum, outcome) => sum + (outcome.kind === 'done' ? outcome.count : 0), 0);
  }

  /** See EndedAccessDrain: waits for this node alone, three seconds at most. Never rejects. */
  async endNow(): Promise<EndingOutcome> {
    return await this.#parts.endedAccess.endNow();
  }

  /** Whether a right read in the last seconds must be read again; see EndedAccessDrain. */
  mayHaveEnded(on: RestingOn, rightAsOf: CatalogueSnapshot): boolean {
    return this.#parts.endedAccess.mayHaveEnded(on, rightAsOf);
  }

  async drainNode(nodeId: NodeId, { by }: CommandSource): Promise<FleetOutcome> {
    return (await this.#parts.bus.request(nodeId, { kind: 'drain', by: cut(by) })).kind;
  }

  async #otherNodes(): Promise<NodeRecord[]> {
    return (await this.#parts.heartbeat.listNodes()).filter(({ nodeId }) => nodeId !== this.#parts.heartbeat.nodeId);
  }

  async #command(connection: ConnectionId | ConnectionPlace, commandFor: (connectionId: ConnectionId) => NodeCommand) {
    const place = typeof connection === 'object' ? connection : await this.#findPlace(connection);
    return place === null ? 'not_found' : (await this.#parts.bus.request(place.nodeId, commandFor(place.id))).kind;
  }

  async #findPlace(id: ConnectionId): Promise<ConnectionPlace | null> {
    if (this.#parts.local.published.has(id)) return { id, nodeId: this.#parts.heartbeat.nodeId };
    const { heartbeat, redis } = this.#parts;
    const places = await heartbeat.askOtherNodes(
      async (nodeId) => ((await redis.hexists(redisKeys.liveConnections(nodeId), id)) === 1 ? [{ id, nodeId }] : []),
      (found) => found.length > 0,
    );
    return places[0] ?? null;
  }
}

function cut(text: string): string {
  return text.slice(0, MAX_OPERATOR_TEXT_CHARACTERS);
}
