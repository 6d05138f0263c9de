// When a right or wrong proof may take effect, from what came before it. Pure; judge-proof-script
// is the same for Redis.

export interface PaceFigures {
  /** Between one wrong answer and the next, by how many came before; the last one goes on. */
  readonly gapsMs: readonly number[];
  /** At most `mostInWindow` wrong answers in any window, also when right proofs come between. */
  readonly windowMs: number;
  readonly mostInWindow: number;
  /** Wrong answers owed at a time. With more, nothing is compared for who never proved it here. */
  readonly mostOwed: number;
  /** The longest that a client waits for its answer. */
  readonly longestWaitMs: number;
  /** Without a failure for so long, the gaps begin anew. */
  readonly quietMs: number;
  /** How long a right proof is remembered for its address. */
  readonly provedMs: number;
}

/** `full`: nothing was counted, and it may be asked again then. */
export interface ProofVerdict {
  readonly kind: 'answer' | 'full';
  readonly afterMs: number;
}

export interface PaceState {
  readonly failures: number;
  /** When wrong answers were or will be given, in order, as far back as the window. */
  readonly answersAt: readonly number[];
  readonly provedUntil: number;
}

export const NEW_PACE: PaceState = { failures: 0, answersAt: [], provedUntil: Number.NEGATIVE_INFINITY };

interface Judged {
  readonly proof: 'right' | 'wrong';
  readonly nowMs: number;
  readonly figures: PaceFigures;
}

export function judgeProof(
  before: PaceState,
  { proof, nowMs, figures }: Judged,
): { readonly verdict: ProofVerdict; readonly state: PaceState } {
  const { gapsMs, windowMs, mostInWindow, mostOwed, quietMs, provedMs } = figures;
  const lastAt = before.answersAt.at(-1) ?? Number.NEGATIVE_INFINITY;
  const answersAt = before.answersAt.filter((at) => at > nowMs - Math.max(windowMs, quietMs));
  const owed = answersAt.filter((at) => at > nowMs);
  const [nextAt = nowMs] = owed;
  const isProved = before.provedUntil > nowMs;
  const isFull = owed.length >= mostOwed && (proof === 'wrong' || !isProved);
  if (isFull) return { verdict: { kind: 'full', afterMs: nextAt - nowMs }, state: { ...before, answersAt } };
  if (proof === 'right') {
    const state = { failures: 0, answersAt, provedUntil: nowMs + provedMs };
    return { verdict: { kind: 'answer', afterMs: 0 }, state };
  }
  const failures = nowMs - lastAt > quietMs ? 0 : before.failures;
  const gapMs = gapsMs[Math.min(failures, gapsMs.length - 1)] ?? 0;
  const windowFreeAt = (answersAt.at(-mostInWindow) ?? Number.NEGATIVE_INFINITY) + windowMs;
  const answerAt = Math.max(nowMs, lastAt + gapMs, windowFreeAt);
  const state = { failures: failures + 1, answersAt: [...answersAt, answerAt], provedUntil: before.provedUntil };
  return { verdict: { kind: 'answer', afterMs: answerAt - nowMs }, state };
}
