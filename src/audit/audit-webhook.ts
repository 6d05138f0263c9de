// Delivers the audit trail to the webhook: each event at least once, each chain in order.

import { createHmac } from 'node:crypto';
import { backoff, pause, retry } from '../async/retry.ts';
import { withTimeLimit } from '../async/time-limit.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { OutgoingAgent } from '../config/outgoing-agent.ts';
import type { NodeId } from '../ids.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { OutageLog } from '../metrics/outage-log.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { redisKeys } from '../redis/redis-keys.ts';
import { redisScript, runScript } from '../redis/redis-script.ts';
import type { Secret } from '../secret.ts';
import { readChainEnds, readChainPart, readPositionsBefore } from './audit-chain-tail.ts';

const POLL_INTERVAL_MS = 1_000;
const RETRY_PAUSES = backoff({ firstMs: 500, longestMs: 60_000 });
/** Longer than one request may take. */
const LEASE_MS = 15_000;
const EVENTS_PER_REQUEST = 100;
const REPLAY_MS = 3_600_000;

// KEYS: lease. ARGV: node id, milliseconds. Returns 1 when the lease is this node’s.
const HOLD_LEASE = redisScript(`
local holder = redis.call('get', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`);

// KEYS: lease. ARGV: node id. Returns 1 when the lease was this node’s.
const RELEASE_LEASE = redisScript(`
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('del', KEYS[1])`);

interface AuditWebhookOptions {
  readonly target: AuditWebhookTarget;
  readonly catalogue: Catalogue;
  readonly redis: RedisClient;
  readonly metrics: Pick<Metrics, 'auditWebhookDeliveries'>;
  readonly log: Log;
}

export class AuditWebhook {
  readonly #target: AuditWebhookTarget;
  readonly #catalogue: Catalogue;
  readonly #redis: RedisClient;
  readonly #metrics: Pick<Metrics, 'auditWebhookDeliveries'>;
  readonly #outage: OutageLog;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor({ target, catalogue, redis, metrics, log }: AuditWebhookOptions) {
    this.#target = target;
    this.#catalogue = catalogue;
    this.#redis = redis;
    this.#metrics = metrics;
    this.#outage = new OutageLog(log, 'delivering audit events to the webhook');
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Stops, also within a request; another node delivers its events again. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    // If this fails, the lease expires within seconds.
    await Promise.allSettled([runScript(this.#redis, RELEASE_LEASE, this.#lease([this.#catalogue.nodeId]))]);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const onFailure = (error: unknown): void => this.#outage.failed(error);
    try {
      while (!signal.aborted) {
        await retry(() => this.#deliverWhatIsNew(), { pauses: RETRY_PAUSES, signal, onFailure });
        this.#outage.succeeded();
        await pause(POLL_INTERVAL_MS, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #deliverWhatIsNew(): Promise<void> {
    if (!(await this.#holdLease())) return;
    const ends = await readChainEnds(this.#catalogue);
    const positions = await this.#readPositions(ends);
    for (const [nodeId, end] of ends) {
      let position = positions.get(nodeId) ?? 0;
      while (position < end && (await this.#holdLease())) {
        position = await this.#deliverPart({ nodeId, after: position, end });
      }
    }
  }

  /** Returns the position reached. Skips removed events, which `audit verify` reports. */
  async #deliverPart({ nodeId, after, end }: { nodeId: NodeId; after: number; end: number }): Promise<number> {
    const part = await readChainPart(this.#catalogue, { nodeId, after, limit: EVENTS_PER_REQUEST });
    if (part.length > 0) await this.#send(part.map((link) => link.json));
    const position = part.at(-1)?.position ?? end;
    await this.#redis.hset(redisKeys.auditWebhookPositions(), nodeId, position);
    return position;
  }

  async #send(lines: readonly string[]): Promise<void> {
    try {
      await sendAuditEvents(this.#target, { lines, at: this.#catalogue.clock.now(), signal: this.#stop.signal });
      this.#metrics.auditWebhookDeliveries.inc({ outcome: 'delivered' });
    } catch (error) {
      this.#metrics.auditWebhookDeliveries.inc({ outcome: 'failed' });
      throw error;
    }
  }

  async #holdLease(): Promise<boolean> {
    if (this.#stop.signal.aborted) return false;
    const { nodeId } = this.#catalogue;
    return (await runScript(this.#redis, HOLD_LEASE, this.#lease([nodeId, LEASE_MS]))) === 1;
  }

  #lease(args: ReadonlyArray<string | number>) {
    return { keys: [redisKeys.auditWebhookLease()], args };
  }

  async #readPositions(ends: ReadonlyMap<NodeId, number>): Promise<Map<NodeId, number>> {
    const stored = await this.#redis.hgetall(redisKeys.auditWebhookPositions());
    if (Object.keys(stored).length === 0) return await this.#startPositions(ends);
    return new Map([...ends.keys()].map((nodeId) => [nodeId, Number(stored[nodeId] ?? 0)]));
  }

  async #startPositions(ends: ReadonlyMap<NodeId, number>): Promise<Map<NodeId, number>> {
    const recent = await readPositionsBefore(
      this.#catalogue,
      new Date(this.#catalogue.clock.now().getTime() - REPLAY_MS),
    );
    const positions = new Map([...ends].map(([nodeId, end]) => [nodeId, recent.get(nodeId) ?? end]));
    if (positions.size > 0) await this.#redis.hset(redisKeys.auditWebhookPositions(), Object.fromEntries(positions));
    return positions;
  }
}

const RESPONSE_LIMIT_MS = 10_000;

export interface AuditWebhookTarget {
  readonly url: string;
  readonly secret: Secret;
  /** Absent: Node's own. */
  readonly agent?: OutgoingAgent;
}

/** `Postern-Signature` is `v1=` and the HMAC-SHA256 of `<timestamp>.<body>`. Throws unless 2xx. */
export async function sendAuditEvents(
  { url, secret, agent }: AuditWebhookTarget,
  { lines, at, signal }: { lines: readonly string[]; at: Date; signal: AbortSignal },
): Promise<void> {
  const body = lines.map((line) => `${line}\n`).join('');
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const headers = {
    'Content-Type': 'application/x-ndjson',
    'Postern-Timestamp': timestamp,
    'Postern-Signature': `v1=${signAuditBody({ secret, timestamp, body })}`,
  };
  const response = await withTimeLimit(RESPONSE_LIMIT_MS, signal, (limited) =>
    (agent?.fetch ?? fetch)(url, { method: 'POST', body, redirect: 'error', signal: limited, headers }),
  );
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the audit webhook answered ${response.status}`);
}

/** The signature that a receiver computes and compares in constant time, as hex. */
export function signAuditBody({
  secret,
  timestamp,
  body,
}: {
  secret: Secret;
  timestamp: string;
  body: string;
}): string {
  return createHmac('sha256', secret.reveal()).update(`${timestamp}.${body}`).digest('hex');
}
