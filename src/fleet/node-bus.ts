// Commands between nodes over Redis pub/sub, best effort: what must not be lost is stored too.

import { randomUUID } from 'node:crypto';
import type { NodeId } from '../ids.ts';
import type { Log } from '../log.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { redisChannels } from '../redis/redis-keys.ts';
import { type NodeCommand, type NodeMessage, type NodeReply, parseNodeMessage } from './node-messages.ts';

const REPLY_LIMIT_MS = 2_000;
/** Requests that may wait for a reply at a time; more get `no_answer` at once. */
const MAX_PENDING_REQUESTS = 10_000;
/** A node whose messages to itself do not arrive for so long subscribes again. */
const DEAF_LIMIT_MS = 6_000;

/** Carries out a command, or returns null for a command of another kind. */
export type CommandResponder = (command: NodeCommand) => Promise<NodeReply> | null;

export type RequestOutcome = NodeReply | { readonly kind: 'no_answer' };

interface PendingRequest {
  readonly nodeId: NodeId;
  readonly settle: (outcome: RequestOutcome) => void;
}

interface NodeBusOptions {
  readonly redis: RedisClient;
  /** The process' one subscriber connection, shared with others. */
  readonly subscriber: RedisClient;
  readonly nodeId: NodeId;
  readonly log: Log;
}

export class NodeBus {
  readonly #redis: RedisClient;
  readonly #subscriber: RedisClient;
  readonly #nodeId: NodeId;
  readonly #log: Log;
  readonly #channels: readonly string[];
  readonly #responders: CommandResponder[] = [];
  readonly #pending = new Map<string, PendingRequest>();
  /** When the oldest message to this node itself was sent that has not arrived; null for none. */
  #unheardSinceMs: number | null = null;
  readonly #onMessage = (channel: string, json: string) => this.#receive(channel, json);

  constructor({ redis, subscriber, nodeId, log }: NodeBusOptions) {
    this.#redis = redis;
    this.#subscriber = subscriber;
    this.#nodeId = nodeId;
    this.#log = log;
    this.#channels = [redisChannels.node(nodeId), redisChannels.allNodes()];
  }

  addResponder(responder: CommandResponder): void {
    this.#responders.push(responder);
  }

  /** Resolves when Redis has confirmed it. The subscriber subscribes again by itself. */
  async start(): Promise<void> {
    this.#subscriber.on('message', this.#onMessage);
    await this.#subscriber.subscribe(...this.#channels);
  }

  /** Stops listening; waiting requests get `no_answer`. The shared connection stays open. */
  async close(): Promise<void> {
    this.#subscriber.off('message', this.#onMessage);
    for (const pending of this.#pending.values()) pending.settle({ kind: 'no_answer' });
    if (this.#subscriber.status === 'ready')
      await Promise.allSettled([this.#subscriber.unsubscribe(...this.#channels)]);
  }

  /** Sends a command to one node. Waits for two seconds at most; never rejects. */
  async request(nodeId: NodeId, command: NodeCommand): Promise<RequestOutcome> {
    if (nodeId === this.#nodeId) return await this.#carryOut(command);
    if (this.#pending.size >= MAX_PENDING_REQUESTS) return { kind: 'no_answer' };
    const id = randomUUID();
    const outcome = this.#awaitReply(id, nodeId);
    const sent = await this.#publish(redisChannels.node(nodeId), { kind: 'request', id, from: this.#nodeId, command });
    if (sent === 'failed') this.#pending.get(id)?.settle({ kind: 'no_answer' });
    return await outcome;
  }

  /** Sends a command to every other node that listens at the moment; never rejects. */
  async announce(command: NodeCommand): Promise<void> {
    await this.#publish(redisChannels.allNodes(), { kind: 'announcement', from: this.#nodeId, command });
  }

  /** Call it every few seconds: a dropped subscription looks like an idle one. Never rejects. */
  async checkSubscription(): Promise<void> {
    const unheardMs = this.#unheardSinceMs === null ? 0 : performance.now() - this.#unheardSinceMs;
    if (unheardMs >= DEAF_LIMIT_MS) {
      this.#log.warn(
        { event: 'fleet.messages_not_arriving', unheard_ms: Math.round(unheardMs) },
        'messages between nodes do not arrive: subscribing again',
      );
      this.#unheardSinceMs = null;
      this.#subscriber.disconnect(true);
      return;
    }
    const echo: NodeMessage = { kind: 'echo', from: this.#nodeId };
    // The heartbeat logs that Redis is away.
    const sent = await this.#redis.publish(redisChannels.node(this.#nodeId), JSON.stringify(echo)).catch(() => null);
    if (sent !== null) this.#unheardSinceMs ??= performance.now();
  }

  #awaitReply(id: string, nodeId: NodeId): Promise<RequestOutcome> {
    return new Promise((resolve) => {
      const settle = (outcome: RequestOutcome) => {
        clearTimeout(timer);
        this.#pending.delete(id);
        resolve(outcome);
      };
      const timer = setTimeout(() => settle({ kind: 'no_answer' }), REPLY_LIMIT_MS);
      this.#pending.set(id, { nodeId, settle });
    });
  }

  #receive(channel: string, json: string): void {
    if (!this.#channels.includes(channel)) return;
    const message = parseNodeMessage(json);
    if (message === null) {
      this.#log.warn(
        { event: 'fleet.message_ignored', channel, characters: json.length },
        'ignored a message between nodes that this version does not know',
      );
      return;
    }
    this.#dispatch(message);
  }

  #dispatch(message: NodeMessage): void {
    if (message.kind === 'reply') {
      const pending = this.#pending.get(message.id);
      if (pending?.nodeId === message.from) pending.settle(message.reply);
    } else if (message.kind === 'echo') {
      this.#unheardSinceMs = null;
    } else if (message.kind === 'request') {
      void this.#answer(message);
    } else if (message.from !== this.#nodeId) {
      void this.#carryOut(message.command);
    }
  }

  async #answer(request: Extract<NodeMessage, { kind: 'request' }>): Promise<void> {
    const outcome = await this.#carryOut(request.command);
    if (outcome.kind === 'no_answer') return;
    const reply: NodeMessage = { kind: 'reply', id: request.id, from: this.#nodeId, reply: outcome };
    await this.#publish(redisChannels.node(request.from), reply);
  }

  async #carryOut(command: NodeCommand): Promise<RequestOutcome> {
    try {
      for (const responder of this.#responders) {
        const reply = responder(command);
        if (reply !== null) return await reply;
      }
    } catch (error) {
      this.#log.error(
        { event: 'fleet.command_failed', err: error, command: command.kind },
        'could not carry out a command from another node',
      );
    }
    return { kind: 'no_answer' };
  }

  async #publish(channel: string, message: NodeMessage): Promise<'sent' | 'failed'> {
    try {
      await this.#redis.publish(channel, JSON.stringify(message));
      return 'sent';
    } catch (error) {
      this.#log.warn(
        { event: 'fleet.message_not_sent', err: error, channel, message: message.kind },
        'could not send a message to another node',
      );
      return 'failed';
    }
  }
}
