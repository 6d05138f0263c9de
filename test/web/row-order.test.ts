import { describe, expect, it } from 'vitest';
import { applyDelta, deltaBetween, type LiveRow } from '../../web/components/ops/live-row.ts';
import {
  DEFAULT_QUERY,
  pickRows,
  queryString,
  type RowQuery,
  SORTS,
  sortedBy,
} from '../../web/components/ops/row-order.ts';
import { seededRandom } from '../support/seeded-random.ts';

const BASE: LiveRow = {
  id: 'c1',
  phase: 'relaying',
  person: 'ada@example.com',
  requestedUser: 'ada',
  isGlassBroken: false,
  address: '192.0.2.1',
  application: 'psql',
  project: 'shop',
  label: 'none',
  compute: 'main',
  database: 'shop',
  databaseRole: 'app',
  node: 'node-a',
  since: 1_000,
  sent: 10,
  received: 20,
  sending: 0,
  receiving: 0,
  transaction: 'I',
  query: 'idle',
  querySince: 1_000,
  busySince: null,
  pid: 7,
};
const row = (id: string, changes: Partial<LiveRow> = {}): LiveRow => ({ ...BASE, id, ...changes });
const mapOf = (rows: readonly LiveRow[]) => new Map(rows.map((each) => [each.id, each]));
const ids = (rows: readonly LiveRow[]) => rows.map(({ id }) => id);

describe('a delta between two snapshots', () => {
  it('is empty when nothing changed', () => {
    expect(deltaBetween(mapOf([row('c1')]), mapOf([row('c1')]))).toBeNull();
  });

  it('has new rows whole, changed fields of changed rows, and ids of deleted rows', () => {
    const before = mapOf([row('c1'), row('c2')]);
    const after = mapOf([row('c2', { received: 99 }), row('c3')]);
    expect(deltaBetween(before, after)).toEqual({
      changed: [{ id: 'c2', received: 99 }, row('c3')],
      removed: ['c1'],
    });
  });

  it('turns one snapshot into the other, whatever happened in between', () => {
    const random = seededRandom(20_261_123);
    const shown = new Map<string, LiveRow>();
    let last = new Map<string, LiveRow>();
    for (let round = 0; round < 200; round += 1) {
      const next = new Map(last);
      for (let change = 0; change < 8; change += 1) {
        const id = `c${random.below(30)}`;
        if (random.next() < 0.3) next.delete(id);
        else next.set(id, row(id, { received: random.below(5), transaction: random.next() < 0.5 ? 'T' : 'I' }));
      }
      const delta = deltaBetween(last, next);
      if (delta !== null) applyDelta(shown, JSON.parse(JSON.stringify(delta)));
      last = next;
      expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(next));
    }
  });

  it('does not create a row from a partial update of an unknown one', () => {
    const shown = mapOf([]);
    applyDelta(shown, { changed: [{ id: 'c9', received: 1 }], removed: [] });
    expect(shown.size).toBe(0);
  });
});

describe('the list', () => {
  const pickAt = (query: RowQuery) => pickRows(rows, query);
  const rows = [
    row('c1', { since: 3_000, received: 5, person: 'zoe@example.com' }),
    row('c2', { since: 1_000, received: 500, project: 'ledger', node: 'node-b' }),
    row('c3', { since: 2_000, phase: 'waiting', person: null, project: null, pid: null }),
  ];

  it('starts with what runs or keeps a transaction open for longest', () => {
    const states = [
      row('idle-old', { since: 1_000 }),
      row('idle-young', { since: 9_000 }),
      row('login', { phase: 'waiting', query: null, querySince: null }),
      row('runs', { query: 'running', busySince: 808_000 }),
      row('rests', { transaction: 'T', busySince: 160_000 }),
      // Too short to be listed in an order.
      row('brief', { query: 'running', querySince: 999_000, since: 5_000 }),
      row('failed', { transaction: 'E', busySince: 940_000 }),
    ];
    expect(ids(pickRows(states, DEFAULT_QUERY))).toEqual([
      ...['rests', 'runs', 'failed', 'login', 'idle-young', 'brief', 'idle-old'],
    ]);
  });

  it('has only rows that match all words, also those behind a key', () => {
    const search = (text: string) => ids(pickAt({ ...DEFAULT_QUERY, search: text }));
    expect(search('LEDGER ada')).toEqual(['c2']);
    expect(search('ledger zoe')).toEqual([]);
    expect(search('state:waiting')).toEqual(['c3']);
    expect(search('STATE:connected')).toEqual(['c1', 'c2']);
    expect(search('node:node-b user:ada')).toEqual(['c2']);
    expect(search('node:ada')).toEqual([]);
    // An address has colons, too.
    expect(search('fe80::1')).toEqual([]);
  });

  it.each(SORTS)('is sorted by %s both ways, with rows without it last', (sort) => {
    const ascending = ids(pickAt({ ...DEFAULT_QUERY, sort, order: 'asc' }));
    const descending = ids(pickAt({ ...DEFAULT_QUERY, sort, order: 'desc' }));
    expect([...ascending].sort()).toEqual(['c1', 'c2', 'c3']);
    if (['project', 'person', 'pid'].includes(sort)) {
      expect(ascending.at(-1)).toBe('c3');
      expect(descending.at(-1)).toBe('c3');
    }
  });

  it('reverses on the second click, and starts with the largest on the first', () => {
    const once = sortedBy(DEFAULT_QUERY, 'received');
    expect(ids(pickAt(once))[0]).toBe('c2');
    expect(sortedBy(once, 'received').order).toBe('asc');
  });

  it('has a URL that contains only what differs from the defaults', () => {
    expect(queryString(DEFAULT_QUERY)).toBe('');
    expect(queryString({ ...DEFAULT_QUERY, search: 'a b', sort: 'pid' }, 2)).toBe('?search=a+b&sort=pid&page=2');
  });
});
