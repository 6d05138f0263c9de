import { describe, expect, it } from 'vitest';
import { type ScramKeyPair, ScramKeys } from '../../src/protocol/scram-verifier.ts';

const PAIR: ScramKeyPair = { clientKey: Buffer.from('client'), serverKey: Buffer.from('server') };
const OF = { salt: Buffer.from('salt'), iterations: 4_096 };

describe('kept SCRAM keys', () => {
  it('are derived once for each password, also while they are on their way', async () => {
    let derived = 0;
    const keys = new ScramKeys(async () => {
      derived += 1;
      return PAIR;
    });
    await Promise.all([keys.derive('one', OF), keys.derive('one', OF), keys.derive('two', OF)]);
    await keys.derive('one', OF);
    expect(derived).toBe(2);
  });

  // A failure was kept as if it were keys, and every later login with that password failed with it.
  it('are derived again after a failure', async () => {
    const outcomes = [Promise.reject(new Error('out of memory')), Promise.resolve(PAIR)];
    const keys = new ScramKeys(() => outcomes.shift() ?? Promise.reject(new Error('derived too often')));
    await expect(keys.derive('one', OF)).rejects.toThrow('out of memory');
    expect(await keys.derive('one', OF)).toBe(PAIR);
    expect(await keys.derive('one', OF)).toBe(PAIR);
  });
});
