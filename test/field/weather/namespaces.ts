// Runs programs of iproute2 and nftables in network namespaces, and removes those. Needs root.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

/** Of all namespaces that tests make, before the process that uses them. */
const PREFIX = 'postern-';
/** First where Debian keeps them: an npm package has an `nft`, too. */
const TOOL_PATH = `/usr/sbin:/sbin:${process.env.PATH ?? ''}`;

// The process is named so that what a killed run has left can be told from what is in use.
export function namespaceName(name: string): string {
  return `${PREFIX}${process.pid}-${name}`;
}

/** Of runs that were killed. */
export async function removeLeftOvers(): Promise<void> {
  await removeThoseOf((pid) => !existsSync(`/proc/${pid}`));
}

/** What a test has left that ran out of time: nobody disposes what it uses. */
export async function removeOwn(): Promise<void> {
  await removeThoseOf((pid) => pid === String(process.pid));
}

async function removeThoseOf(isMeant: (pid: string) => boolean): Promise<void> {
  const names = (await run('ip', ['netns', 'list'])).split('\n').map((line) => line.split(' ')[0] ?? '');
  await removeNamespaces(
    names.filter((name) => {
      const [, pid] = /^postern-(\d+)-/.exec(name) ?? [];
      return pid !== undefined && isMeant(pid);
    }),
  );
}

/** And what runs there. The links go with them, their ends on this machine included. */
export async function removeNamespaces(names: readonly string[]): Promise<void> {
  // One that was not made, or that another run removes at this moment, is no failure.
  for (const name of names) {
    const pids = await run('ip', ['netns', 'pids', name]).catch(() => '');
    for (const pid of pids.split('\n').filter(Boolean)) await run('kill', ['-9', pid]).catch(() => null);
    await run('ip', ['netns', 'del', name]).catch(() => null);
  }
}

export async function ip(options: readonly string[], lines: readonly string[]): Promise<void> {
  for (const line of lines) await run('ip', [...options, ...line.split(' ')]);
}

export async function nft(namespace: string, lines: readonly string[]): Promise<void> {
  await runIn(namespace, ['nft', lines.join('\n')]);
}

export function runIn(namespace: string, command: readonly string[]): Promise<string> {
  return run('ip', ['netns', 'exec', namespace, ...command]);
}

export async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { env: { PATH: TOOL_PATH } });
  return stdout.trim();
}
