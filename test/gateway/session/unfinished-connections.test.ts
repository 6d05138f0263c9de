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
    if (stage !== 'idle') unfinished.advance(connection, stage);
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
    enter(OWNER);
    expect(gone).not.toContain(OWNER);
    expect(unfinished.count).toBeLessThanOrEqual(1_020);
  });

  it('give way to the next ones while idle, before those that show a link', () => {
    const { gone, enter } = node(4);
    enter(OWNER, 'asking');
    enter(OWNER, 'asking');
    for (let i = 0; i < 10; i++) enter('198.51.100.7');
    expect(gone).toEqual(Array.from({ length: 8 }, () => '198.51.100.7'));
  });

  // Behind one address with a flood of links the newest was refused or ended: always the owner's.
  it('that show a link give way when they have half of the places, the oldest first', () => {
    const { unfinished, gone, enter } = node(4);
    for (let i = 0; i < 4; i++) enter('198.51.100.7', 'asking');
    const own = enter('198.51.100.7');
    unfinished.advance(own, 'asking');
    expect(gone).toHaveLength(1);
    for (let i = 0; i < 3; i++) enter('198.51.100.7', 'asking');
    expect(unfinished.count).toBe(4);
    expect(gone).toHaveLength(4);
    own.giveWay = () => gone.push('own');
    enter('198.51.100.7');
    expect(gone.at(-1)).toBe('own');
  });

  it('that a person looks at give way last', () => {
    const { unfinished, gone, enter } = node(4);
    const opened = enter(OWNER, 'asking');
    opened.giveWay = () => gone.push('opened');
    unfinished.advance(opened, 'opened');
    for (let i = 0; i < 20; i++) enter(OWNER, 'asking');
    expect(gone).not.toContain('opened');
  });

  it('are counted once, and not after they have left', () => {
    const { unfinished, enter } = node(4);
    const connection = enter(OWNER);
    unfinished.advance(connection, 'asking');
    expect(unfinished.count).toBe(1);
    unfinished.leave(connection);
    unfinished.advance(connection, 'opened');
    expect(unfinished.count).toBe(0);
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
