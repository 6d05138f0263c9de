import { describe, expect, it } from 'vitest';
import {
  type UnfinishedConnection,
  UnfinishedConnections,
} from '../../../src/gateway/session/unfinished-connections.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const SEED = 20_261_129;
const OWNER = '192.0.2.1';

function node(most: number) {
  const unfinished = new UnfinishedConnections(most);
  const gone: string[] = [];
  const enter = (address: string, stage: UnfinishedConnection['stage'] = 'idle') => {
    const connection = unfinished.enter(address, () => gone.push(address));
    connection.stage = stage;
    return connection;
  };
  return { unfinished, gone, enter };
}

describe('connections that have not logged in', () => {
  it.each([
    ['one address', () => '198.51.100.7'],
    ['seventeen addresses', (i: number) => `198.51.100.${i % 17}`],
    ['a /56', (i: number) => `2001:db8:1:1${(i % 256).toString(16).padStart(2, '0')}::1`],
    ['a /16', (i: number) => `198.51.${i % 256}.${i % 250}`],
  ])('of %s never displace those of another network', (_kind, address) => {
    const { unfinished, gone, enter } = node(100);
    for (let i = 0; i < 20; i++) enter(OWNER, 'asking');
    for (let i = 0; i < 1_000; i++) enter(address(i), i % 3 === 0 ? 'asking' : 'idle');
    expect(gone).not.toContain(OWNER);
    const late = enter(OWNER);
    expect(late.isTooMany).toBe(false);
    expect(gone).not.toContain(OWNER);
    expect(unfinished.count).toBeLessThanOrEqual(1_020);
  });

  it('give way to their own next ones while idle, not while a person decides', () => {
    const { gone, enter } = node(3);
    const asking = [enter(OWNER, 'asking'), enter(OWNER, 'asking')];
    enter(OWNER);
    expect(enter(OWNER).isTooMany).toBe(false);
    expect(gone).toEqual([OWNER]);
    enter(OWNER).stage = 'asking';
    const refused = enter(OWNER, 'asking');
    expect(asking.map(({ isTooMany }) => isTooMany)).toEqual([false, false]);
    expect(refused.isTooMany || gone.length > 1).toBe(true);
  });

  it('are not counted once they have logged in', () => {
    const { unfinished, gone, enter } = node(2);
    for (let login = 0; login < 1_000; login++) unfinished.leave(enter(OWNER));
    expect(unfinished.count).toBe(0);
    expect(gone).toEqual([]);
  });

  it(`of others lose no place to any flood (seed ${SEED})`, () => {
    const { gone, enter } = node(60);
    const random = seededRandom(SEED);
    for (let i = 0; i < 10; i++) enter(OWNER, random.below(2) === 0 ? 'idle' : 'asking');
    for (let i = 0; i < 3_000; i++) enter(`198.51.${random.below(256)}.${random.below(256)}`);
    expect(gone).not.toContain(OWNER);
  });
});
