// The pace of wrong passwords, for each secret and address together. A wrong proof is answered late
// and later; a right one is let in at once, and nothing is ever locked (docs/security.md, "Wrong
// passwords").

import { performance } from 'node:perf_hooks';
import { pause } from '../async/retry.ts';
import { answerInTime } from '../async/time-limit.ts';
import { emailKey } from '../catalogue/store/email-address.ts';
import { terminalKey } from '../network-address.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { redisKeys } from '../redis/redis-keys.ts';
import { runScript } from '../redis/redis-script.ts';
import { digest } from './digest.ts';
import { judgeProof, NEW_PACE, type PaceFigures, type PaceState, type ProofVerdict } from './judge-proof.ts';
import { JUDGE_PROOF } from './judge-proof-script.ts';

/** What is proved, such as `role:7` or `person:<e-mail>`, and from where. */
export interface ProofAttempt {
  readonly secret: string;
  readonly address: string;
}

/** The password of a person, in whatever spelling of the address. */
export function secretOfPerson(email: string): string {
  return `person:${emailKey(email)}`;
}

export type Proof = 'right' | 'wrong';

/** `put_off` tells nothing of the proof: too many wrong ones were there before it. */
export type PacedAnswer = { readonly kind: 'answer' } | { readonly kind: 'put_off'; readonly retryAfterMs: number };

export const PACE_FIGURES: PaceFigures = {
  gapsMs: [0, 0, 1_000, 3_000, 8_000, 10_000],
  windowMs: 60_000,
  mostInWindow: 10,
  mostOwed: 30,
  longestWaitMs: 30_000,
  quietMs: 120_000,
  provedMs: 30 * 86_400_000,
};

/** After this time the memory of this process answers instead of Redis. */
const REDIS_LIMIT_MS = 500;
/** Secrets with addresses that this process remembers while Redis is away. */
const MOST_REMEMBERED = 10_000;

interface ProofPaceOptions {
  /** A client for `limiter`: it must fail at once when Redis is away. */
  readonly redis: RedisClient;
  readonly figures: PaceFigures;
  readonly onSlowed: (address: string) => void;
}

export class ProofPace {
  readonly #options: ProofPaceOptions;
  readonly #memory = new Map<string, PaceState>();

  constructor(options: ProofPaceOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the outcome of a compared proof may take effect. A right one waits only where
   * nobody has proved this secret from this address before and very many guesses are under way
   * there. Rejects with the signal's reason.
   */
  async settle(attempt: ProofAttempt, proof: Proof, signal?: AbortSignal): Promise<PacedAnswer> {
    const { longestWaitMs } = this.#options.figures;
    const giveUpAt = performance.now() + longestWaitMs;
    for (;;) {
      const verdict = await this.#judge(attempt, proof);
      if (verdict.afterMs > 0) this.#options.onSlowed(attempt.address);
      const leftMs = Math.max(giveUpAt - performance.now(), 0);
      await waitAtMost(Math.min(verdict.afterMs, leftMs), signal);
      if (verdict.kind === 'answer' && verdict.afterMs <= leftMs) return { kind: 'answer' };
      if (verdict.kind === 'answer' || verdict.afterMs >= leftMs) {
        return { kind: 'put_off', retryAfterMs: Math.max(verdict.afterMs - leftMs, 1_000) };
      }
    }
  }

  /** Whether it was proved from this address within 30 days. Never rejects. */
  async isProved(attempt: ProofAttempt): Promise<boolean> {
    const key = keyOf(attempt);
    try {
      const provedUntil = this.#options.redis.hget(key, 'provedUntil');
      return Number(await answerInTime(provedUntil, REDIS_LIMIT_MS)) > Date.now();
    } catch {
      return (this.#memory.get(key) ?? NEW_PACE).provedUntil > performance.now();
    }
  }

  async #judge(attempt: ProofAttempt, proof: Proof): Promise<ProofVerdict> {
    const key = keyOf(attempt);
    try {
      return await this.#judgeInRedis(key, proof);
    } catch {
      // The client logs that Redis is away.
      return this.#judgeHere(key, proof);
    }
  }

  async #judgeInRedis(key: string, proof: Proof): Promise<ProofVerdict> {
    const { gapsMs, windowMs, mostInWindow, mostOwed, quietMs, provedMs } = this.#options.figures;
    const args = [proof, windowMs, mostInWindow, mostOwed, quietMs, provedMs, ...gapsMs];
    const call = runScript(this.#options.redis, JUDGE_PROOF, { keys: [key], args });
    const answer = await answerInTime(call, REDIS_LIMIT_MS);
    const [kind, afterMs] = Array.isArray(answer) ? answer : [];
    return { kind: kind === 'full' ? 'full' : 'answer', afterMs: Number(afterMs) };
  }

  #judgeHere(key: string, proof: Proof): ProofVerdict {
    const { figures } = this.#options;
    const nowMs = performance.now();
    const { verdict, state } = judgeProof(this.#memory.get(key) ?? NEW_PACE, { proof, nowMs, figures });
    if (this.#memory.size >= MOST_REMEMBERED && !this.#memory.has(key)) this.#forgetOldest();
    // The longest untouched come first.
    this.#memory.delete(key);
    this.#memory.set(key, state);
    return verdict;
  }

  #forgetOldest(): void {
    const [oldest] = this.#memory.keys();
    if (oldest !== undefined) this.#memory.delete(oldest);
  }
}

function keyOf({ secret, address }: ProofAttempt): string {
  return redisKeys.limit(`proofs:${digest(`${secret} ${terminalKey(address)}`)}`);
}

async function waitAtMost(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  if (ms <= 0) return;
  await pause(ms, signal);
  signal?.throwIfAborted();
}
