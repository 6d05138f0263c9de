// Runs Neon's own command line against a node, with its own configuration folder, no telemetry and
// no prompts.

import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type NeonctlVersion = '5.0.1' | '2.47.0';

const PACKAGES: Readonly<Record<NeonctlVersion, string>> = { '5.0.1': 'neonctl', '2.47.0': 'neonctl-2' };
const LIMIT_MS = 60_000;

interface NeonctlRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Neonctl {
  readonly version: NeonctlVersion;
  /** Runs to the end; arguments as typed. */
  run(...args: string[]): Promise<NeonctlRun>;
  /** Its output with `--output json`. Throws when it failed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what it prints freely
  json(...args: string[]): Promise<any>;
}

/** `configDir` must be removed after use. */
export function neonctl(
  version: NeonctlVersion,
  { url, key, configDir }: { readonly url: string; readonly key: string; readonly configDir: string },
): Neonctl {
  const program = join(
    dirname(createRequire(import.meta.url).resolve(`${PACKAGES[version]}/package.json`)),
    'bin/cli.js',
  );
  const always = ['--no-analytics', '--no-color', '--config-dir', configDir];
  const env = {
    PATH: process.env.PATH,
    HOME: configDir,
    CI: 'true',
    NEON_API_HOST: `${url}/api/v2`,
    NEON_API_KEY: key,
  };
  // What follows `--` is for psql.
  const run = (...args: string[]) => {
    const rest = args.includes('--') ? args.slice(args.indexOf('--')) : [];
    const own = args.slice(0, args.length - rest.length);
    return execute([program, ...own, ...always, ...rest], { env, cwd: configDir });
  };
  return {
    version,
    run,
    json: async (...args) => {
      const { code, stdout, stderr } = await run(...args, '--output', 'json');
      if (code !== 0) throw new Error(`neonctl ${args.join(' ')} failed: ${stderr}${stdout}`);
      return JSON.parse(stdout);
    },
  };
}

function execute(args: string[], options: { env: NodeJS.ProcessEnv; cwd: string }): Promise<NeonctlRun> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { ...options, timeout: LIMIT_MS }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
      resolve({ code, stdout, stderr });
    });
  });
}
