// Compiles the clients that must be compiled, without a network, when their source is newer.

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { copyFile, cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Folder of the programs that were built, with a slash at its end. */
export const BUILT = fileURLToPath(new URL('../../node_modules/.cache/postern-field/', import.meta.url));
export const JDBC = '/usr/share/java/postgresql.jar';
const SOURCES = fileURLToPath(new URL('clients/', import.meta.url));
// The builds of the conformance tests are shared.
const GO_CACHE = fileURLToPath(new URL('../../node_modules/.cache/postern-conformance/go-build', import.meta.url));

export async function buildZoo(): Promise<void> {
  mkdirSync(BUILT, { recursive: true });
  await Promise.all([buildByGo(), buildByJava(), buildByCargo()]);
}

async function buildByGo(): Promise<void> {
  // Debian's packages need Go's old GOPATH mode.
  const go = { ...environment(), GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: GO_CACHE };
  for (const name of ['ask-pgx', 'ask-lib-pq']) {
    const [program, source] = [`${BUILT}${name}`, `${SOURCES}${name}.go`];
    if (isOlder(program, source)) await run('go', ['build', '-o', program, source], { env: go });
  }
}

export async function buildByJava(): Promise<void> {
  mkdirSync(BUILT, { recursive: true });
  const source = `${SOURCES}AskByPgjdbc.java`;
  if (isOlder(`${BUILT}AskByPgjdbc.class`, source))
    await run('javac', ['-cp', JDBC, '-d', BUILT, source], { env: environment() });
}

/** With Debian's crates and Debian's compiler, whatever toolchain the machine has besides. */
async function buildByCargo(): Promise<void> {
  const program = `${BUILT}ask-tokio-postgres`;
  if (!isOlder(program, `${SOURCES}tokio-postgres/main.rs`)) return;
  const workspace = `${BUILT}tokio-postgres`;
  await cp(`${SOURCES}tokio-postgres`, workspace, { recursive: true });
  const env = { PATH: '/usr/bin:/bin', HOME: workspace, CARGO_HOME: `${workspace}/home` };
  await run('/usr/bin/cargo', ['build', '--offline', '--quiet'], { cwd: workspace, env });
  await copyFile(`${workspace}/target/debug/ask-tokio-postgres`, program);
}

function environment(): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' };
}

function isOlder(made: string, from: string): boolean {
  return !existsSync(made) || statSync(made).mtimeMs < statSync(from).mtimeMs;
}
