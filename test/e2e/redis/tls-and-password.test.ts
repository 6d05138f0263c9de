import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLog } from '../../../src/log.ts';
import { createRedis } from '../../../src/redis/redis-client.ts';
import { makeTestCa } from '../../support/certificates-for-tests.ts';
import { freePort, startDebianRedis } from '../../support/databases/redis-for-tests.ts';
import { openDesk } from '../../support/nodes/desk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

/** A Redis with TLS and a certificate of the test's own authority. */
async function startTlsRedis(args: readonly string[] = []) {
  const folder = await temporaryFolder();
  const ca = await makeTestCa();
  const { certPem, keyPem } = await ca.issue({ names: ['127.0.0.1'] });
  const paths = { ca: join(folder.path, 'ca.pem'), cert: join(folder.path, 'cert.pem'), key: join(folder.path, 'key') };
  await Promise.all([writeFile(paths.ca, ca.caPem), writeFile(paths.cert, certPem), writeFile(paths.key, keyPem)]);
  const tlsPort = await freePort();
  const redis = await startDebianRedis({
    args: [
      ...['--tls-port', String(tlsPort), '--tls-cert-file', paths.cert, '--tls-key-file', paths.key],
      ...['--tls-ca-cert-file', paths.ca, '--tls-auth-clients', 'no', ...args],
    ],
  });
  onTestFinished(async () => {
    await redis.close();
    await folder[Symbol.asyncDispose]();
  });
  return { tlsPort, caPath: paths.ca };
}

describe('a Redis with TLS and a password', () => {
  it('carries a login when the URL names its authority', async () => {
    const user = ['--user', 'postern', 'on', '>s3cret/word', '~postern:*', '&postern:*', '+@all'];
    const { tlsPort, caPath } = await startTlsRedis(user);
    await using desk = await openDesk({
      redisUrl: `rediss://postern:s3cret%2Fword@127.0.0.1:${tlsPort}?ca=${encodeURIComponent(caPath)}`,
    });
    expect(await desk.login(['-Atc', 'select 6 * 7'])).toMatchObject({ code: 0, stdout: '42\n' });
  });

  it('is not trusted when no authority or another one is named', async () => {
    const { tlsPort } = await startTlsRedis();
    const { caPath } = await startTlsRedis();
    for (const query of ['', `?ca=${encodeURIComponent(caPath)}`]) {
      const losses: string[] = [];
      const log = createLog('silent');
      const client = createRedis(`rediss://127.0.0.1:${tlsPort}${query}`, { purpose: 'commands', log });
      onTestFinished(() => client.disconnect());
      client.on('error', (error: Error) => losses.push(error.message));
      await waitUntil(() => losses.length > 0, 'the handshake fails');
      expect(losses[0]).toMatch(/certificate/);
      expect(client.status).not.toBe('ready');
    }
  });

  it('is an error at once when the named file cannot be read', () => {
    const log = createLog('silent');
    expect(() => createRedis('rediss://127.0.0.1:1?ca=/nonexistent/ca.pem', { purpose: 'commands', log })).toThrow(
      'ENOENT',
    );
  });
});
