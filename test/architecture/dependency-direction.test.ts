// Imports flow one way (design.md, "Folders"): a module may import its own folder, the leafs and the layers below.

import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { beforeAll, describe, expect, it } from 'vitest';

const LEAF = 'leaf';

/** Which folders each folder may import, besides itself and the leaf files directly in src/. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  [LEAF]: [],
  protocol: [],
  wire: ['protocol'],
  catalogue: ['protocol'],
  ops: ['catalogue', 'wire', 'protocol'],
  login: ['catalogue', 'wire', 'protocol'],
  provisioning: ['catalogue', 'wire', 'protocol'],
  metering: ['catalogue', 'wire', 'protocol'],
  gateway: ['login', 'provisioning', 'metering', 'ops', 'catalogue', 'wire', 'protocol'],
  http: ['web', 'login', 'provisioning', 'metering', 'ops', 'catalogue', 'wire', 'protocol'],
  cli: ['embedded', 'login', 'provisioning', 'metering', 'ops', 'catalogue', 'wire', 'protocol'],
  embedded: ['wire', 'protocol'],
  web: [],
};
const ROOTS = new Set(['src/main.ts', 'src/workers/run-workers.ts', 'src/workers/worker-pool.ts', 'src/postern.ts']);

let result: ICruiseResult;

beforeAll(async () => {
  const cruised = await cruise(
    ['src', 'web'],
    {
      tsPreCompilationDeps: true,
      enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
      doNotFollow: { path: 'node_modules' },
      ruleSet: { forbidden: [{ name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } }] },
      validate: true,
    },
    { extensions: ['.ts', '.tsx', '.js'] },
  );
  if (typeof cruised.output === 'string') throw new Error('expected the dependency graph as an object');
  result = cruised.output;
});

describe('imports', () => {
  it('are read from every module', () => {
    const modules = result.modules.filter((module) => /^(src|web)\//.test(module.source));
    expect(modules.length).toBeGreaterThan(20);
    expect(result.modules.flatMap((module) => module.dependencies).length).toBeGreaterThan(50);
  });

  it('follow the direction of the layers', () => {
    const wrong = result.modules.flatMap((module) =>
      module.dependencies
        .filter((dependency) => !isAllowed(module.source, dependency.resolved))
        .map((dependency) => `${module.source} → ${dependency.resolved}`),
    );
    expect(wrong).toEqual([]);
  });

  it('resolve to a file or a package', () => {
    const unresolved = result.modules.flatMap((module) =>
      module.dependencies
        .filter((dependency) => dependency.couldNotResolve)
        .map((dependency) => `${module.source}: ${dependency.module}`),
    );
    expect(unresolved).toEqual([]);
  });

  it('form no cycle', () => {
    const cycles = result.summary.violations.map((violation) => `${violation.from} → ${violation.to}`);
    expect(cycles).toEqual([]);
  });
});

describe('the rule itself', () => {
  it('refuses an upward import and two sides that must not know each other', () => {
    expect(isAllowed('src/protocol/a.ts', 'src/wire/b.ts')).toBe(false);
    expect(isAllowed('src/gateway/a.ts', 'src/http/b.ts')).toBe(false);
    expect(isAllowed('src/errors.ts', 'src/protocol/b.ts')).toBe(false);
    expect(isAllowed('src/gateway/a.ts', 'src/login/b.ts')).toBe(true);
  });
});

function isAllowed(from: string, to: string): boolean {
  if (ROOTS.has(from) || !/^(src|web)\//.test(from) || !/^(src|web)\//.test(to)) return true;
  if (ROOTS.has(to)) return false;
  const [source, target] = [folderOf(from), folderOf(to)];
  return source === target || target === LEAF || (ALLOWED[source] ?? []).includes(target);
}

function folderOf(path: string): string {
  if (path.startsWith('web/')) return 'web';
  const parts = path.split('/');
  return parts.length === 2 ? LEAF : (parts[1] ?? LEAF);
}
