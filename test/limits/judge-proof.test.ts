import { describe, expect, it } from 'vitest';
import { judgeProof, NEW_PACE, type PaceState, type ProofVerdict } from '../../src/limits/judge-proof.ts';
import { PACE_FIGURES } from '../../src/limits/proof-pace.ts';
import { seededRandom } from '../support/seeded-random.ts';

const SEED = 20_261_128;
const minute = 60_000;

function newLane() {
  let state: PaceState = NEW_PACE;
  return (proof: 'right' | 'wrong', nowMs: number): ProofVerdict => {
    const judged = judgeProof(state, { proof, nowMs, figures: PACE_FIGURES });
    state = judged.state;
    return judged.verdict;
  };
}

/** The most of the times that lie in any one minute. */
function mostInMinute(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((time) => time >= from && time < from + minute).length));
}

describe('wrong proofs of one secret from one address', () => {
  it('are answered at once twice, then late and later', () => {
    const prove = newLane();
    let now = 0;
    const delays = Array.from({ length: 8 }, () => {
      const { afterMs } = prove('wrong', now);
      now += afterMs;
      return afterMs;
    });
    expect(delays).toEqual([0, 0, 1_000, 3_000, 8_000, 10_000, 10_000, 10_000]);
  });

  it('are answered at most ten times in a minute by whoever asks one after the other', () => {
    const prove = newLane();
    const answers: number[] = [];
    for (let now = 0; now < 20 * minute; ) {
      now += prove('wrong', now).afterMs;
      answers.push(now);
      now += 1;
    }
    expect(mostInMinute(answers)).toBeLessThanOrEqual(10);
  });

  it('are forgiven after a right one, and after some quiet', () => {
    const prove = newLane();
    for (let attempt = 0; attempt < 4; attempt++) prove('wrong', 0);
    prove('right', 30_000);
    expect(prove('wrong', 30_001).afterMs).toBe(0);
    const quiet = newLane();
    for (let attempt = 0; attempt < 6; attempt++) quiet('wrong', 0);
    expect(quiet('wrong', 5 * minute).afterMs).toBe(0);
  });

  it(`stay below ten answers a minute while the owner logs in again and again (seed ${SEED})`, () => {
    const prove = newLane();
    const random = seededRandom(SEED);
    const answers: number[] = [];
    prove('right', 0);
    for (let now = 1; now < 10 * minute; now += 1 + random.below(400)) {
      if (random.below(3) === 0) expect(prove('right', now)).toEqual({ kind: 'answer', afterMs: 0 });
      const { kind, afterMs } = prove('wrong', now);
      if (kind === 'answer') answers.push(now + afterMs);
    }
    expect(mostInMinute(answers)).toBeLessThanOrEqual(10);
    expect(answers.length).toBeGreaterThan(50);
  });

  it('are compared about ten times a minute only, however many are sent and given up', () => {
    const prove = newLane();
    let compared = 0;
    for (let now = 0; now < 30 * minute; now += 20) if (prove('wrong', now).kind === 'answer') compared += 1;
    expect(compared).toBeLessThanOrEqual(10 * 30);
  });
});

describe('a right proof', () => {
  it('takes effect at once where it was given before, under any flood', () => {
    const prove = newLane();
    prove('right', 0);
    for (let attempt = 0; attempt < 1_000; attempt++) prove('wrong', 1);
    expect(prove('right', 2)).toEqual({ kind: 'answer', afterMs: 0 });
  });

  it('takes effect at once the first time while fewer than thirty answers are owed', () => {
    const prove = newLane();
    for (let attempt = 0; attempt < 25; attempt++) prove('wrong', 0);
    expect(prove('right', 1)).toEqual({ kind: 'answer', afterMs: 0 });
  });

  it('waits like a wrong one where strangers flood', () => {
    const prove = newLane();
    for (let attempt = 0; attempt < 100; attempt++) prove('wrong', 0);
    expect(prove('right', 1)).toEqual(prove('wrong', 1));
    expect(prove('right', 1).kind).toBe('full');
  });
});
