import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmbeddedRedis } from '../../../src/embedded/redis/embedded-redis.ts';
import { findRedisProgram } from '../../../src/embedded/redis/find-redis-program.ts';
import { createLog } from '../../../src/log.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

const log = createLog('silent');
const PATH = process.env.PATH ?? '';

/** The server that listens there, by the system's list of processes. */
function pidsAt(port: string): number[] {
  const list = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return list.filter((line) => /(redis|valkey)-server/.test(line) && line.endsWith(`:${port}`)).map(Number.parseInt);
}

describe('the search for an installed Redis', () => {
  it('finds the one of this machine', async () => {
    expect(await findRedisProgram(PATH)).toMatch(/^\/.*-server$/);
  });

  it.each([
    ['a version before 7', 'echo "Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc"'],
    ['a program that fails', 'exit 1'],
    ['a program that says nothing of a version', 'echo hello'],
  ])('leaves out %s', async (_what, script) => {
    await using folder = await temporaryFolder();
    const program = join(folder.path, 'redis-server');
    await writeFile(program, `#!/bin/sh\n${script}\n`);
    await chmod(program, 0o755);
    expect(await findRedisProgram(folder.path)).toBeNull();
  });

  it('goes on in the process when the installed one does not start', async () => {
    await using folder = await temporaryFolder();
    const program = join(folder.path, 'redis-server');
    await writeFile(program, '#!/bin/sh\n[ "$1" = --version ] && echo "Redis server v=7.0.15" && exit 0\nexit 1\n');
    await chmod(program, 0o755);
    const redis = await startEmbeddedRedis({ log, searchPath: folder.path });
    onTestFinished(() => redis.close());
    expect(redis.kind).toBe('in_process');
  });
});

describe('an installed Redis as a child', () => {
  it('shows its password to nobody on the machine', async () => {
    const redis = await startEmbeddedRedis({ log, searchPath: PATH });
    onTestFinished(() => redis.close());
    const { password } = new URL(redis.url.reveal());
    expect(execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' })).not.toContain(password);
  });

  it('is started again at the same address when it is killed', async () => {
    const redis = await startEmbeddedRedis({ log, searchPath: PATH });
    onTestFinished(() => redis.close());
    const url = redis.url.reveal();
    const [killed = 0] = pidsAt(new URL(url).port);
    process.kill(killed, 'SIGKILL');
    const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    client.on('error', () => {});
    onTestFinished(() => client.disconnect());
    await waitUntil(async () => pidsAt(new URL(url).port).some((pid) => pid !== killed), 'another one runs');
    expect(await client.ping()).toBe('PONG');
  });

  it('does not outlive a process that is killed', async () => {
    const script = fileURLToPath(new URL('serve-redis.ts', import.meta.url));
    const owner = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void owner.kill('SIGKILL'));
    const [port] = await once(createInterface({ input: owner.stdout }), 'line');
    expect(pidsAt(port)).toHaveLength(1);
    owner.kill('SIGKILL');
    await waitUntil(() => pidsAt(port).length === 0, 'its Redis is gone');
  });
});
