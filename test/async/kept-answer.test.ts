import { describe, expect, it } from 'vitest';
import { KeptAnswer, RememberedFailure } from '../../src/async/kept-answer.ts';

interface Question {
  readonly resolve: (answer: string) => void;
  readonly reject: (error: Error) => void;
}

/** Somebody who is asked, and answers when the test says so. */
function oracle({ patienceMs = 5 } = {}) {
  let now = 0;
  const questions: Question[] = [];
  const kept = new KeptAnswer<string>({
    ask: () => new Promise((resolve, reject) => questions.push({ resolve, reject })),
    failureKeptMs: 5_000,
    patienceMs,
    now: () => now,
  });
  return {
    kept,
    questions,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('an answer that is kept', () => {
  it('is asked for once, by all who come meanwhile and later', async () => {
    const { kept, questions } = oracle();
    const asked = Array.from({ length: 20 }, () => kept.get());
    questions[0]?.resolve('yes');
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['yes']));
    expect(await kept.get()).toBe('yes');
    expect(questions).toHaveLength(1);
  });

  // Each click on a button of a dead identity provider waited ten seconds, and asked it again.
  it('that failed is not asked for again for five seconds', async () => {
    const { kept, questions, pass } = oracle();
    const first = kept.get();
    questions[0]?.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    pass(4_999);
    for (let click = 0; click < 50; click += 1) await expect(kept.get()).rejects.toThrow('away');
    expect(questions).toHaveLength(1);
  });

  it('is asked for anew afterwards, once, and nobody waits for that long', async () => {
    const { kept, questions, pass } = oracle();
    const first = kept.get();
    questions[0]?.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    pass(5_000);
    const clicks = Array.from({ length: 20 }, () => kept.get());
    const outcomes = await Promise.allSettled(clicks);
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(questions).toHaveLength(2);
    questions[1]?.resolve('back');
    await expect(kept.get()).resolves.toBe('back');
    expect(questions).toHaveLength(2);
  });

  it('is told to whoever asks while the next attempt succeeds', async () => {
    const { kept, questions, pass } = oracle({ patienceMs: 60_000 });
    const first = kept.get();
    questions[0]?.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    pass(5_000);
    const next = kept.get();
    questions[1]?.resolve('back');
    expect(await next).toBe('back');
  });
});

describe('a remembered failure', () => {
  it('is over with the first success', async () => {
    let now = 0;
    const failure = new RememberedFailure({ failureKeptMs: 5_000, now: () => now });
    await expect(failure.run(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await expect(failure.run(async () => 'not asked')).rejects.toThrow('away');
    now = 5_000;
    expect(await failure.run(async () => 'back')).toBe('back');
    expect([failure.isFailing, await failure.run(async () => 'again')]).toEqual([false, 'again']);
  });
});
