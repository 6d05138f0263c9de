// The fleet's live connections: lists them over all nodes and sends a command to the node that holds the connection.
// Decides nothing about who may see or end what.

import { inParts } from '../async/batches.ts';
import type { ConnectionId, NodeId } from '../ids.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { redisKeys } from '../redis/redis-keys.ts';
import {
  type LiveConnectionFilter,
  type LiveConnectionHandle,
  type LiveConnectionRecord,
  matchesFilter,
} from './live-connection.ts';
import type { LiveRegistration, LocalConnections } from './local-connections.ts';
import type { NodeBus } from './node-bus.ts';
import type { ConnectionTotals, NodeHeartbeat, NodeRecord } from './node-heartbeat.ts';
import { MAX_CONNECTIONS_PER_COMMAND, MAX_OPERATOR_TEXT_CHARACTERS, type NodeCommand } from './node-messages.ts';
import type { RevocationMatch, Revocations } from './revocations.ts';
import { readStoredRecords } from './stored-records.ts';

/** Whether the owning node obeyed; `no_answer` within two seconds leaves open whether it will. */
export type FleetOutcome = 'done' | 'not_found' | 'no_answer';

/** Who asks, in words for the log of the node that obeys: an e-mail or a key's id. Texts are cut after 500 characters. */
export interface AskedBy {
  readonly by: string;
}

interface LiveConnectionsOptions {
  readonly redis: RedisClient;
  readonly heartbeat: NodeHeartbeat;
  readonly bus: NodeBus;
  readonly revocations: Revocations;
  readonly local: LocalConnections;
}

export class LiveConnections {
  readonly #redis: RedisClient;
  readonly #heartbeat: NodeHeartbeat;
  readonly #bus: NodeBus;
  readonly #revocations: Revocations;
  readonly #local: LocalConnections;

  constructor({ redis, heartbeat, bus, revocations, local }: LiveConnectionsOptions) {
    this.#redis = redis;
    this.#heartbeat = heartbeat;
    this.#bus = bus;
    this.#revocations = revocations;
    this.#local = local;
    heartbeat.reportTotals(() => local.totals());
    revocations.onRevoked(({ unlessAllowed, ...match }) =>
      unlessAllowed ? local.recheckMatching(match) : local.endMatching(match, { kind: 'revoked' }),
    );
    bus.addResponder((command) => {
      const reply = local.obey(command);
      return reply === null ? null : Promise.resolve(reply);
    });
  }

  /** Lists a connection of this node from now until its registration is closed. Works without Redis. */
  register(record: LiveConnectionRecord, handle: LiveConnectionHandle): LiveRegistration {
    return this.#local.register(record, handle);
  }

  /** This node's own connections, counted. */
  totals(): ConnectionTotals {
    return this.#local.totals();
  }

  /** Matching connections of all living nodes, oldest first; what other nodes hold is about a second old. Throws when Redis is away. */
  async list(filter: LiveConnectionFilter = {}): Promise<LiveConnectionRecord[]> {
    this.#local.sample();
    const others = await this.#heartbeat.findOtherNodes();
    const asked = others.filter((nodeId) => filter.nodeId === undefined || filter.nodeId === nodeId);
    const theirs = await Promise.all(asked.map((nodeId) => readStoredRecords(this.#redis, nodeId)));
    return [...this.#local.records(), ...theirs.flat()]
      .filter((record) => matchesFilter(record, filter))
      .sort((a, b) => a.since.localeCompare(b.since));
  }

  /** Every living node with its health, oldest first. Throws when Redis is away. */
  listNodes(): Promise<NodeRecord[]> {
    return this.#heartbeat.listNodes();
  }

  /** Ends one connection, wherever it is; `reason` is shown to its person. Throws when Redis is away and it is not here. */
  async end(connectionId: ConnectionId, { reason, by }: AskedBy & { readonly reason: string }): Promise<FleetOutcome> {
    return await this.#command(connectionId, {
      kind: 'end_connection',
      connectionId,
      reason: cut(reason),
      by: cut(by),
    });
  }

  /** Has the running query of one connection canceled; `done` means that the cancel is under way. Throws as `end` does. */
  async cancelQuery(connectionId: ConnectionId, { by }: AskedBy): Promise<FleetOutcome> {
    return await this.#command(connectionId, { kind: 'cancel_query', connectionId, by: cut(by) });
  }

  /** Sends a NOTICE to connections wherever they are; resolves to how many were reached. Throws when Redis is away. */
  async notify(
    connectionIds: readonly ConnectionId[],
    { text, by }: AskedBy & { readonly text: string },
  ): Promise<number> {
    const idsByNode = await this.#groupByNode(connectionIds);
    const requests = [...idsByNode].flatMap(([nodeId, ids]) =>
      inParts(ids, MAX_CONNECTIONS_PER_COMMAND).map((part) =>
        this.#bus.request(nodeId, { kind: 'notify', connectionIds: part, text: cut(text), by: cut(by) }),
      ),
    );
    const outcomes = await Promise.all(requests);
    return outcomes.reduce((sum, outcome) => sum + (outcome.kind === 'done' ? outcome.count : 0), 0);
  }

  /** Ends every connection that rests on what was revoked: here at once, elsewhere within a second, or when Redis is back. */
  async endWhere(match: RevocationMatch): Promise<void> {
    await this.#revocations.publish(match);
  }

  /** The rules have changed: ends what they no longer allow, as `endWhere` does; everything else goes on under the new ones. */
  async recheckWhere(match: RevocationMatch): Promise<void> {
    await this.#revocations.publish({ ...match, unlessAllowed: true });
  }

  /** Asks a node to refuse new connections and to finish the old ones. */
  async drainNode(nodeId: NodeId, { by }: AskedBy): Promise<FleetOutcome> {
    return (await this.#bus.request(nodeId, { kind: 'drain', by: cut(by) })).kind;
  }

  async #command(connectionId: ConnectionId, command: NodeCommand): Promise<FleetOutcome> {
    const nodeId = await this.#findOwner(connectionId);
    return nodeId === null ? 'not_found' : (await this.#bus.request(nodeId, command)).kind;
  }

  async #findOwner(connectionId: ConnectionId): Promise<NodeId | null> {
    const idsByNode = await this.#groupByNode([connectionId]);
    const [nodeId] = idsByNode.keys();
    return nodeId ?? null;
  }

  /** Ids that no living node holds are left out. */
  async #groupByNode(connectionIds: readonly ConnectionId[]): Promise<Map<NodeId, ConnectionId[]>> {
    const groups = new Map<NodeId, ConnectionId[]>();
    const own = connectionIds.filter((id) => this.#local.has(id));
    if (own.length > 0) groups.set(this.#heartbeat.nodeId, own);
    const elsewhere = connectionIds.filter((id) => !this.#local.has(id));
    if (elsewhere.length === 0) return groups;
    for (const nodeId of await this.#heartbeat.findOtherNodes()) {
      const held = await Promise.all(elsewhere.map((id) => this.#redis.hexists(redisKeys.liveConnections(nodeId), id)));
      const ids = elsewhere.filter((_id, index) => held[index] === 1);
      if (ids.length > 0) groups.set(nodeId, ids);
    }
    return groups;
  }
}

function cut(text: string): string {
  return text.slice(0, MAX_OPERATOR_TEXT_CHARACTERS);
}
