// Imports flow one way (docs/architecture.md, "Floors"): a module may import its own room, the
// leaves and what stands here.

import { beforeAll, describe, expect, it } from 'vitest';
import { folderCircles, type Import, type ImportGraph, readImports, roomOf } from './imports.ts';

const BELOW_LOGIN = ['catalogue', 'relay', 'wire', 'protocol', 'config', 'redis', 'async'] as const;
const SERVICES = ['login', 'provisioning', 'metering', 'fleet', 'limits', 'audit', 'metrics', 'mail'] as const;

/** Which rooms each room may import besides itself and the leaves. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  leaf: [],
  'error-table': [],
  'log-output': [],
  async: [],
  redis: ['async'],
  config: ['redis'],
  protocol: [],
  wire: ['protocol', 'async'],
  relay: ['wire', 'protocol', 'async'],
  catalogue: ['protocol', 'config', 'redis', 'async'],
  metrics: BELOW_LOGIN,
  mail: [...BELOW_LOGIN, 'metrics'],
  fleet: [...BELOW_LOGIN, 'metrics'],
  limits: [...BELOW_LOGIN, 'metrics', 'fleet'],
  audit: [...BELOW_LOGIN, 'metrics', 'fleet'],
  login: [...BELOW_LOGIN, 'metrics', 'fleet', 'limits', 'audit'],
  provisioning: BELOW_LOGIN,
  metering: BELOW_LOGIN,
  notify: BELOW_LOGIN,
  actions: [...SERVICES, ...BELOW_LOGIN],
  gateway: ['actions', ...SERVICES, ...BELOW_LOGIN],
  http: ['web', 'actions', ...SERVICES, ...BELOW_LOGIN],
  cli: ['embedded', 'actions', ...SERVICES, ...BELOW_LOGIN],
  embedded: ['wire', 'protocol', 'config', 'async'],
  workers: ['embedded', 'config', 'async'],
  web: [],
};

/** The executable, and what builds a node: they know every room, and no room knows them. */
const TOPS: ReadonlySet<string> = new Set([
  'src/main.ts',
  'src/run-program.ts',
  'src/postern.ts',
  'src/supervision.ts',
]);

let graph: ImportGraph;

beforeAll(async () => {
  graph = await readImports();
});

describe('imports', () => {
  it('are read from every module', () => {
    expect(graph.modules.length).toBeGreaterThan(400);
    expect(graph.imports.length).toBeGreaterThan(1_000);
    expect(graph.unresolved).toEqual([]);
  });

  it('follow the direction of the floors', () => {
    const wrong = graph.imports.filter((each) => !isAllowed(each)).map(({ from, to }) => `${from} → ${to}`);
    expect(wrong).toEqual([]);
  });

  it('form no cycle between modules', () => {
    expect(graph.cycles).toEqual([]);
  });

  it('form no circle between folders', () => {
    expect(folderCircles(graph.imports)).toEqual([]);
  });
});

describe('the rules themselves', () => {
  it('refuse an upward import and two sides that must not know each other', () => {
    expect(isAllowed({ from: 'src/protocol/a.ts', to: 'src/wire/b.ts' })).toBe(false);
    expect(isAllowed({ from: 'src/gateway/a.ts', to: 'src/http/app/b.ts' })).toBe(false);
    expect(isAllowed({ from: 'src/errors.ts', to: 'src/protocol/b.ts' })).toBe(false);
    expect(isAllowed({ from: 'src/gateway/doors/a.ts', to: 'src/login/grant/b.ts' })).toBe(true);
  });

  it('find a circle through a third folder', () => {
    const imports = [
      { from: 'src/a/1.ts', to: 'src/b/1.ts' },
      { from: 'src/b/2.ts', to: 'src/c/1.ts' },
      { from: 'src/c/2.ts', to: 'src/a/2.ts' },
      { from: 'src/d/1.ts', to: 'src/a/1.ts' },
    ];
    expect(folderCircles(imports)).toEqual([['src/a', 'src/b', 'src/c']]);
  });
});

function isAllowed({ from, to }: Import): boolean {
  if (TOPS.has(from)) return true;
  if (TOPS.has(to)) return false;
  const [source, target] = [roomOf(from), roomOf(to)];
  return source === target || isLeaf(target) || (ALLOWED[source] ?? []).includes(target);
}

/** Files directly in src/, and the folders that two of them are made from. */
function isLeaf(room: string): boolean {
  return room === 'leaf' || room === 'error-table' || room === 'log-output';
}
