import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';

const dockerfile = new URL('../../Dockerfile', import.meta.url);

/** The exit code of the command in the Dockerfile. */
async function checkHealth(environment: Record<string, string>): Promise<number> {
  const [, command = '[]'] = /^HEALTHCHECK .*?CMD (\[.*\])$/m.exec(await readFile(dockerfile, 'utf8')) ?? [];
  const [, ...args] = z.array(z.string()).parse(JSON.parse(command));
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: environment }, (error) => resolve(error === null ? 0 : Number(error.code)));
  });
}

async function serveReadyz(host: string, status: number): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/readyz' ? status : 404).end();
  });
  await once(server.listen(0, host), 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return String(typeof address === 'object' ? address?.port : '');
}

// It knew port 8080 only, so that every other one was restarted for ever.
describe('the health check of the container', () => {
  it.each(['0.0.0.0', '127.0.0.1', '::', '::1', ''])('asks the node where it listens: %j', async (host) => {
    const environment: Record<string, string> = host === '' ? {} : { POSTERN_HTTP_HOST: host };
    const [ready, starting] = [
      await serveReadyz(host || '127.0.0.1', 200),
      await serveReadyz(host || '127.0.0.1', 503),
    ];
    expect(await checkHealth({ ...environment, POSTERN_HTTP_PORT: ready })).toBe(0);
    expect(await checkHealth({ ...environment, POSTERN_HTTP_PORT: starting })).toBe(1);
  });

  it('fails where nobody listens', async () => {
    expect(await checkHealth({ POSTERN_HTTP_PORT: '1' })).toBe(1);
  });
});
