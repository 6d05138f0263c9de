// Revoked rights on their way to every node: a Redis stream that each node reads once, in order, with pub/sub only as the
// nudge to read it now. A node that missed the nudge reads it with its next heartbeat. Knows no connection.

import { z } from 'zod';
import type { AccessTokenId, AccountId, ComputeId, GrantId, NodeId, ProjectId, UserId } from '../ids.ts';
import { idFrom } from '../ids.ts';
import type { Log } from '../log.ts';
import { OutageLog } from '../metrics/outage-log.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { redisKeys } from '../redis/redis-keys.ts';
import type { NodeBus } from './node-bus.ts';

/** Entries kept, about; a node that lives reads them within seconds. */
const STREAM_ENTRIES = 10_000;
const ENTRIES_PER_READ = 1_000;
/** Revocations kept in memory while Redis is away; beyond this the oldest are dropped and logged. */
const MAX_UNSENT = 10_000;

const idText = z.string().min(1).max(100);

const revocationSchema = z
  .object({
    from: idText.transform((id) => idFrom<NodeId>(id)),
    userId: idText.transform((id) => idFrom<UserId>(id)).optional(),
    accountId: idText.transform((id) => idFrom<AccountId>(id)).optional(),
    projectId: idText.transform((id) => idFrom<ProjectId>(id)).optional(),
    computeId: idText.transform((id) => idFrom<ComputeId>(id)).optional(),
    grantId: idText.transform((id) => idFrom<GrantId>(id)).optional(),
    accessTokenId: idText.transform((id) => idFrom<AccessTokenId>(id)).optional(),
    databaseRole: idText.optional(),
    /** Only those that the rules of now would refuse. */
    unlessAllowed: z.literal(true).optional(),
  })
  .transform(({ from, ...match }) => ({ from, match }))
  // An empty match would end every connection of the fleet.
  .refine(({ match: { unlessAllowed: _unlessAllowed, ...owners } }) => Object.keys(owners).length > 0);

/** Whose connections end: those that have every given value. At least one is given. */
export type RevocationMatch = z.output<typeof revocationSchema>['match'];

interface RevocationsOptions {
  readonly redis: RedisClient;
  readonly bus: NodeBus;
  readonly nodeId: NodeId;
  readonly log: Log;
}

export class Revocations {
  readonly #redis: RedisClient;
  readonly #bus: NodeBus;
  readonly #nodeId: NodeId;
  readonly #log: Log;
  readonly #outage: OutageLog;
  readonly #listeners: Array<(match: RevocationMatch) => void> = [];
  #unsent: RevocationMatch[] = [];
  /** Id of the last entry read; null until the first read, which only finds the end of the stream. */
  #position: string | null = null;
  #work: Promise<void> = Promise.resolve();
  /** The run that has not begun yet: whoever asks meanwhile is served by it. */
  #nextRun: Promise<void> | null = null;

  constructor({ redis, bus, nodeId, log }: RevocationsOptions) {
    this.#redis = redis;
    this.#bus = bus;
    this.#nodeId = nodeId;
    this.#log = log;
    this.#outage = new OutageLog(log, 'exchanging revocations with other nodes');
    bus.addResponder((command) => {
      if (command.kind !== 'read_revocations') return null;
      return this.catchUp().then(() => ({ kind: 'done', count: 0 }) as const);
    });
  }

  onRevoked(listener: (match: RevocationMatch) => void): void {
    this.#listeners.push(listener);
  }

  /** Tells this node at once and the others within a second; while Redis is away, when it is back. Never rejects. */
  async publish(match: RevocationMatch): Promise<void> {
    this.#tell(match);
    this.#unsent.push(match);
    if (this.#unsent.length > MAX_UNSENT) {
      this.#log.error({ revocation: this.#unsent.shift() }, 'dropped a revocation: redis has been away for too long');
    }
    await this.catchUp();
  }

  /** Sends what could not be sent before and reads what is new. Never rejects. */
  catchUp(): Promise<void> {
    this.#nextRun ??= this.#work.then(() => this.#sendAndRead());
    this.#work = this.#nextRun;
    return this.#nextRun;
  }

  async #sendAndRead(): Promise<void> {
    this.#nextRun = null;
    try {
      await this.#send();
      await this.#read();
      this.#outage.succeeded();
    } catch (error) {
      this.#outage.failed(error);
    }
  }

  async #send(): Promise<void> {
    if (this.#unsent.length === 0) return;
    for (const match of [...this.#unsent]) {
      const entry = JSON.stringify({ from: this.#nodeId, ...match });
      await this.#redis.xadd(redisKeys.revocations(), 'MAXLEN', '~', STREAM_ENTRIES, '*', 'revocation', entry);
      this.#unsent = this.#unsent.filter((unsent) => unsent !== match);
    }
    await this.#bus.announce({ kind: 'read_revocations' });
  }

  async #read(): Promise<void> {
    if (this.#position === null) {
      const [newest] = await this.#redis.xrevrange(redisKeys.revocations(), '+', '-', 'COUNT', 1);
      this.#position = newest?.[0] ?? '0-0';
      return;
    }
    let isMore = true;
    while (isMore) {
      const entries = await this.#entriesAfter(this.#position);
      for (const [id, fields] of entries) {
        this.#position = id;
        this.#obey(fields[1] ?? '');
      }
      isMore = entries.length === ENTRIES_PER_READ;
    }
  }

  #entriesAfter(position: string): Promise<Array<[id: string, fields: string[]]>> {
    return this.#redis.xrange(redisKeys.revocations(), `(${position}`, '+', 'COUNT', ENTRIES_PER_READ);
  }

  #obey(json: string): void {
    const revocation = parseRevocation(json);
    if (revocation === null) {
      this.#log.warn({ characters: json.length }, 'ignored a revocation that is none of ours');
    } else if (revocation.from !== this.#nodeId) {
      this.#tell(revocation.match);
    }
  }

  #tell(match: RevocationMatch): void {
    for (const listener of this.#listeners) listener(match);
  }
}

function parseRevocation(json: string): z.output<typeof revocationSchema> | null {
  try {
    return revocationSchema.parse(JSON.parse(json));
  } catch {
    return null;
  }
}
