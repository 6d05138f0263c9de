// The policy of one connection, read again when it may have changed.

import type { ReachedPlace } from '../../catalogue/access/resolve-target.ts';
import type { RightsReader } from '../../catalogue/access/rights-reader.ts';
import type { ReachedPolicy } from '../../catalogue/rights/reached-policy.ts';
import { isPosternError, PosternError } from '../../errors.ts';

export interface RulesAsRead {
  /** Of the connection, where it is. */
  readonly policy: ReachedPolicy;
  /** Of a place that it may go to. Throws `rule_denied`. */
  readonly requireReach: (place: ReachedPlace) => ReachedPolicy;
}

/** Throws the PosternError that says why the connection is not allowed any more. */
type AskForRules = (rights?: RightsReader) => Promise<RulesAsRead>;

export class LiveRules {
  readonly #forbid: (error: PosternError) => void;
  readonly #end: (error: PosternError) => void;
  #policy: ReachedPolicy | null = null;
  #ask: AskForRules | null = null;
  /** By the newest rules; null once the connection is where it stays. */
  #requireReach: RulesAsRead['requireReach'] | null = null;
  /** The rules changed while the connection was being authorised, perhaps by the old ones. */
  #isRecheckDue = false;
  #isExpiring = false;
  #endsAtMs = Number.POSITIVE_INFINITY;

  constructor({
    forbid,
    end,
  }: { readonly forbid: (error: PosternError) => void; readonly end: (error: PosternError) => void }) {
    this.#forbid = forbid;
    this.#end = end;
  }

  /** Null before the connection was authorised. */
  get policy(): ReachedPolicy | null {
    return this.#policy;
  }

  /** When the connection ends whatever the policy allows, in ms since the epoch. */
  get endsAtMs(): number {
    return this.#endsAtMs;
  }

  endBy(at: Date): void {
    this.#endsAtMs = Math.min(this.#endsAtMs, at.getTime());
  }

  /** The connection was authorised under this policy. Throws as `recheck` does. */
  async begin({ policy, requireReach }: RulesAsRead, ask: AskForRules): Promise<void> {
    this.#policy = policy;
    this.#requireReach = requireReach;
    this.#ask = ask;
    if (this.#isRecheckDue) await this.recheck();
  }

  /** Its database is known by now, and the rules about that. Throws `rule_denied`. */
  enter(place: ReachedPlace): void {
    this.#policy = this.#requireReach?.(place) ?? this.#policy;
  }

  /** It stays where it is, and what was read about other places is let go. */
  settle(): void {
    this.#requireReach = null;
  }

  /** The connection no longer rests on what it was authorised by. */
  stop(): void {
    this.#policy = null;
    this.#ask = null;
    this.#requireReach = null;
    this.#endsAtMs = Number.POSITIVE_INFINITY;
  }

  /**
   * What others agreed to, or a broken glass, is over by now: something else allows the connection,
   * or it ends, also where the catalogue cannot be asked.
   */
  expire(): void {
    const ask = this.#ask;
    if (ask === null || this.#isExpiring) return;
    this.#isExpiring = true;
    ask().then(
      ({ policy }) => {
        this.#policy = policy;
        this.#isExpiring = false;
      },
      (cause: unknown) => this.#end(new PosternError('agreed_time_over', { cause })),
    );
  }

  /** Takes over the current policy, or forbids. Throws, and changes nothing, when it is unknown. */
  async recheck(rights?: RightsReader): Promise<void> {
    this.#isRecheckDue = this.#ask === null;
    if (this.#ask === null) return;
    try {
      const { policy, requireReach } = await this.#ask(rights);
      this.#policy = policy;
      if (this.#requireReach !== null) this.#requireReach = requireReach;
    } catch (error) {
      if (!(error instanceof PosternError) || isPosternError(error, 'store_unavailable')) throw error;
      this.#forbid(error);
    }
  }
}
