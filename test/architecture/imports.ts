// The import graph of src/ and web/, as the architecture tests read it.

import { dirname } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';

export interface Import {
  readonly from: string;
  readonly to: string;
}

export interface ImportGraph {
  readonly modules: readonly string[];
  /** Between our own modules. */
  readonly imports: readonly Import[];
  readonly unresolved: readonly string[];
  readonly cycles: readonly string[];
}

export async function readImports(): Promise<ImportGraph> {
  const { output } = await cruise(
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
  if (typeof output === 'string') throw new Error('expected the dependency graph as an object');
  return graphOf(output);
}

function graphOf({ modules, summary }: ICruiseResult): ImportGraph {
  const ours = modules.filter(({ source }) => isOurs(source));
  const all = ours.flatMap(({ source, dependencies }) => dependencies.map((each) => ({ source, ...each })));
  return {
    modules: ours.map(({ source }) => source),
    imports: all
      .filter(({ resolved }) => isOurs(resolved))
      .map(({ source, resolved }) => ({ from: source, to: resolved })),
    unresolved: all
      .filter(({ couldNotResolve }) => couldNotResolve)
      .map(({ source, module }) => `${source}: ${module}`),
    cycles: summary.violations.map(({ from, to }) => `${from} → ${to}`),
  };
}

function isOurs(path: string): boolean {
  return /^(src|web)\//.test(path);
}

/**
 * `src/wire/dial/dial-tcp.ts` → `wire`; a file directly in src/ is a leaf; all of web/ is one room.
 */
export function roomOf(path: string): string {
  const [top, room, ...rest] = path.split('/');
  if (top === 'web') return 'web';
  return rest.length === 0 || room === undefined ? 'leaf' : room;
}

/**
 * Folders that import each other in a circle, each circle once. The files directly in src/ do not
 * count: those at the top import every room, and every room imports the leaves.
 */
export function folderCircles(imports: readonly Import[]): string[][] {
  const targets = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    const [source, target] = [dirname(from), dirname(to)];
    if (source === target || source === 'src' || target === 'src') continue;
    targets.set(source, (targets.get(source) ?? new Set()).add(target));
  }
  const circles = new Map<string, string[]>();
  for (const folder of targets.keys()) {
    const circle = [...targets.keys()].filter(
      (other) => reaches(targets, folder, other) && reaches(targets, other, folder),
    );
    if (circle.length > 1) circles.set(circle.join(), circle);
  }
  return [...circles.values()];
}

function reaches(targets: ReadonlyMap<string, ReadonlySet<string>>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    if (folder === to) return true;
    if (seen.has(folder)) continue;
    seen.add(folder);
    open.push(...(targets.get(folder) ?? []));
  }
  return false;
}
