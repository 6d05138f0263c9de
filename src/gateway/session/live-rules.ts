// The policy of one connection, read again when it may have changed.

import type { RightsReader } from '../../catalogue/access/rights-reader.ts';
import type { Policy } from '../../catalogue/rights/policy.ts';
import { isPosternError, PosternError } from '../../errors.ts';

/** Throws the PosternError that says why the connection is not allowed any more. */
type AskForPolicy = (rights?: RightsReader) => Promise<Policy>;

export class LiveRules {
  readonly #forbid: () => void;
  #policy: Policy | null = null;
  #ask: AskForPolicy | null = null;
  /** The rules changed while the connection was being authorised, perhaps by the old ones. */
  #isRecheckDue = false;

  constructor(forbid: () => void) {
    this.#forbid = forbid;
  }

  /** Null before the connection was authorised. */
  get policy(): Policy | null {
    return this.#policy;
  }

  /** The connection was authorised under this policy. Throws as `recheck` does. */
  async begin(policy: Policy, ask: AskForPolicy): Promise<void> {
    this.#policy = policy;
    this.#ask = ask;
    if (this.#isRecheckDue) await this.recheck();
  }

  /** The connection no longer rests on what it was authorised by. */
  stop(): void {
    this.#policy = null;
    this.#ask = null;
  }

  /** Takes over the current policy, or forbids. Throws, and changes nothing, when it is unknown. */
  async recheck(rights?: RightsReader): Promise<void> {
    this.#isRecheckDue = this.#ask === null;
    if (this.#ask === null) return;
    try {
      this.#policy = await this.#ask(rights);
    } catch (error) {
      if (!(error instanceof PosternError) || isPosternError(error, 'store_unavailable')) throw error;
      this.#forbid();
    }
  }
}
