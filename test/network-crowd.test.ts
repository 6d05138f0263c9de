import { describe, expect, it } from 'vitest';
import { NetworkCrowd } from '../src/network-crowd.ts';
import { seededRandom } from './support/seeded-random.ts';

const SEED = 20_261_128;

function crowdOf(addresses: readonly string[]): NetworkCrowd<string> {
  const crowd = new NetworkCrowd<string>();
  for (const [index, address] of addresses.entries()) crowd.add(address, `${index}:${address}`);
  return crowd;
}

const some = (count: number, address: (index: number) => string) => Array.from({ length: count }, (_, i) => address(i));

describe('a crowd', () => {
  it('is found at the address that holds the most', () => {
    const crowd = crowdOf(['192.0.2.1', '198.51.100.1', '198.51.100.1', '203.0.113.1']);
    expect([...crowd.mostCrowded()]).toEqual(['1:198.51.100.1', '2:198.51.100.1']);
  });

  it('is smallest at the address that holds the least, in the network that does', () => {
    const crowd = crowdOf(['198.51.1.1', '198.51.2.1', '203.0.113.1', '203.0.113.1', '203.0.113.2', '198.51.3.1']);
    expect([...crowd.leastCrowded()]).toEqual(['0:198.51.1.1']);
    expect([...crowdOf(['192.0.2.1', ...some(9, (i) => `198.51.${i}.1`)]).leastCrowded()]).toEqual(['0:192.0.2.1']);
    expect(crowdOf([]).leastCrowded().size).toBe(0);
  });

  it.each([
    ['many addresses of a /24', (i: number) => `198.51.100.${i}`],
    ['many addresses of a /16', (i: number) => `198.51.${i}.1`],
    ['many /64 of a /56', (i: number) => `2001:db8:1:1${(i % 256).toString(16).padStart(2, '0')}::1`],
    ['many /56 of a /48', (i: number) => `2001:db8:1:${(i % 256).toString(16)}00::1`],
    ['many /48 of a /32', (i: number) => `2001:db8:${i.toString(16)}::1`],
  ])('of %s is no smaller than one of a single address', (_kind, address) => {
    const crowd = crowdOf([...some(5, () => '192.0.2.1'), ...some(40, address)]);
    const [first = ''] = crowd.mostCrowded();
    expect(first).not.toContain('192.0.2.1');
  });

  it(`is counted right after any coming and going (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    const crowd = new NetworkCrowd<number>();
    const there = new Map<number, string>();
    for (let step = 0; step < 2_000; step++) {
      const [gone] = there;
      if (random.below(2) === 0 && gone !== undefined) {
        crowd.delete(gone[0]);
        there.delete(gone[0]);
      } else {
        const address = `10.${random.below(3)}.${random.below(3)}.${random.below(3)}`;
        crowd.add(address, step);
        there.set(step, address);
      }
      expect(crowd.size).toBe(there.size);
    }
    for (const member of there.keys()) crowd.delete(member);
    expect(crowd.size).toBe(0);
    expect(crowd.mostCrowded().size).toBe(0);
  });

  it('forgets nothing of others when a stranger to it is removed', () => {
    const crowd = crowdOf(['192.0.2.1']);
    crowd.delete('nobody');
    expect(crowd.size).toBe(1);
  });
});
