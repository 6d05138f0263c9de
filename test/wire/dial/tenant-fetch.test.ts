import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { parseNetworks } from '../../../src/network-address.ts';
import { tenantFetchOf } from '../../../src/provisioning/tenant-web.ts';
import type { DialPolicy } from '../../../src/wire/dial/dial-policy.ts';
import { createTenantFetch } from '../../../src/wire/dial/tenant-fetch.ts';
import { makeTestCa } from '../../support/certificates-for-tests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const { signal } = new AbortController();
const NAME = 'keys.test';

let server: Server;
let caPem: string;
let port: number;
const asked: string[] = [];

beforeAll(async () => {
  const ca = await makeTestCa();
  caPem = ca.caPem;
  const { certPem, keyPem } = await ca.issue({ names: [NAME] });
  server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url === '/moved') response.writeHead(302, { location: 'https://169.254.169.254/' });
    response.end(request.url === '/large' ? Buffer.alloc(300_000) : 'hello');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const policyWith = (changes: Partial<DialPolicy> = {}): DialPolicy => ({
  ...{ allowedNetworks: parseNetworks(['127.0.0.0/8']), allowedPorts: [], listed: [], forbidden: [] },
  lookup: async () => ['127.0.0.1'],
  ...changes,
});

function fetchWith(changes: Partial<DialPolicy> = {}) {
  return createTenantFetch({
    dialPolicy: policyWith(changes),
    outgoing: { authorities: [caPem], proxyFor: () => null },
  });
}

const get = async (path: string, policy?: Partial<DialPolicy>) =>
  await fetchWith(policy)(new URL(`https://${NAME}:${port}${path}`), { method: 'GET', signal });

describe('an address that a tenant chose', () => {
  it('is asked where the operator opened its network, at the address that was judged', async () => {
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    const lookup = async () => answers.shift() ?? [];
    expect(await get('/keys', { lookup })).toEqual({ status: 200, body: Buffer.from('hello') });
    expect(answers).toHaveLength(1);
  });

  it.each([
    ['loopback', ['127.0.0.1']],
    ['a private network behind a public name', ['203.0.113.7', '10.0.0.1']],
    ['the cloud’s metadata', ['169.254.169.254']],
  ])('is not asked in %s', async (_where, addresses) => {
    const before = asked.length;
    const closed = { allowedNetworks: parseNetworks([]), lookup: async () => addresses };
    await expect(get('/keys', closed)).rejects.toThrow(/address/);
    expect(asked).toHaveLength(before);
  });

  it('is asked in networks opened to webhooks, not in those opened to computes alone', async () => {
    await using folder = await temporaryFolder();
    const authority = join(folder.path, 'ca.pem');
    await writeFile(authority, caPem);
    const askWith = async (environment: Record<string, string>) => {
      const config = loadConfig({ POSTERN_CA_FILE: authority, ...environment });
      const dialPolicy = policyWith({ allowedNetworks: parseNetworks(config.upstream.allowedNetworks) });
      return await tenantFetchOf(config, dialPolicy)(new URL(`https://${NAME}:${port}/keys`), {
        method: 'GET',
        signal,
      });
    };
    await expect(askWith({ POSTERN_UPSTREAM_NETWORKS: '127.0.0.0/8' })).rejects.toThrow('private network');
    expect(await askWith({ POSTERN_WEBHOOK_NETWORKS: '127.0.0.0/8' })).toMatchObject({ status: 200 });
  });

  it('is not asked where Postern itself listens', async () => {
    await expect(get('/keys', { forbidden: [{ host: '127.0.0.1', port }] })).rejects.toThrow('belongs to Postern');
  });

  it.each(['http://keys.test/', 'https://user:secret@keys.test/', 'file:///etc/passwd', 'ftp://keys.test/'])(
    'is not asked as %s',
    async (url) => {
      await expect(fetchWith()(new URL(url), { method: 'GET', signal })).rejects.toThrow('not a plain HTTPS URL');
    },
  );

  it('sends nobody elsewhere', async () => {
    expect(await get('/moved')).toMatchObject({ status: 302 });
  });

  it('answers no more than is read', async () => {
    await expect(get('/large')).rejects.toThrow('an answer of more than 262144 bytes');
  });

  it('has its name in its certificate', async () => {
    const url = new URL(`https://other.test:${port}/keys`);
    await expect(fetchWith()(url, { method: 'GET', signal })).rejects.toThrow();
  });
});
