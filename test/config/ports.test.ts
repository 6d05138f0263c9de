import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { usablePort } from '../../src/config/ports.ts';

const host = '127.0.0.1';

describe('the port to listen on', () => {
  it('is the wanted one if free, else another one unless it was configured', async () => {
    const server = createServer().listen(0, host);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    expect(await usablePort({ host, port, portMayDiffer: false })).toBe(port);
    expect(await usablePort({ host, port, portMayDiffer: true })).not.toBe(port);
  });

  it('is any free one for port 0', async () => {
    expect(await usablePort({ host, port: 0, portMayDiffer: false })).toBeGreaterThan(0);
  });
});
