import { describe, expect, it } from 'vitest';
import { cachedLookup } from '../../../src/wire/dial/dial-address.ts';

function countingLookup() {
  const asked: string[] = [];
  const time = { ms: 0 };
  const answers = { fail: false };
  const ask = async (host: string) => {
    asked.push(host);
    if (answers.fail) throw new Error('unknown name');
    return [`10.0.0.${asked.length}`];
  };
  const lookup = cachedLookup({
    ...{ lookup: ask, others: ask },
    hosts: new Set(['catalogue.internal']),
    now: () => time.ms,
  });
  return { lookup, asked, time, answers };
}

describe('a cached lookup', () => {
  it('resolves an own name once in five seconds, also for parallel callers', async () => {
    const { lookup, asked, time } = countingLookup();
    await Promise.all([lookup('catalogue.internal'), lookup('catalogue.internal')]);
    time.ms = 4_999;
    expect(await lookup('catalogue.internal')).toEqual(['10.0.0.1']);
    expect(asked).toHaveLength(1);
    time.ms = 5_000;
    expect(await lookup('catalogue.internal')).toEqual(['10.0.0.2']);
  });

  it('resolves every other name each time it is asked', async () => {
    const { lookup, asked } = countingLookup();
    await lookup('compute.example.com');
    await lookup('compute.example.com');
    expect(asked).toEqual(['compute.example.com', 'compute.example.com']);
  });

  it('does not remember a failure', async () => {
    const { lookup, asked, answers } = countingLookup();
    answers.fail = true;
    await expect(lookup('catalogue.internal')).rejects.toThrow('unknown name');
    answers.fail = false;
    await lookup('catalogue.internal');
    expect(asked).toHaveLength(2);
  });
});
