import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { OutgoingAgent } from '../../src/config/outgoing-agent.ts';
import { makeTestCa } from '../support/certificates-for-tests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const agentOf = (environment: Record<string, string>) => new OutgoingAgent(loadConfig(environment).outgoing);
const proxyFor = (environment: Record<string, string>, url: string) => agentOf(environment).proxyFor(new URL(url));

describe('the proxy for an address', () => {
  const proxies = { HTTP_PROXY: 'http://plain.example:3128', HTTPS_PROXY: 'http://user:pass@proxy.example:3128' };

  it('is that of its scheme, in capitals or not, with or without http://', () => {
    expect(proxyFor(proxies, 'https://id.example/x')).toBe(proxies.HTTPS_PROXY);
    expect(proxyFor(proxies, 'http://id.example/x')).toBe(proxies.HTTP_PROXY);
    expect(proxyFor(proxies, 'smtp://mail.example:587')).toBe(proxies.HTTPS_PROXY);
    expect(proxyFor({ https_proxy: 'proxy.example:3128' }, 'https://id.example')).toBe('http://proxy.example:3128');
    expect(proxyFor({}, 'https://id.example')).toBeNull();
  });

  it.each([
    ['id.example', 'https://id.example'],
    ['id.example', 'https://deep.id.example'],
    ['.id.example', 'https://id.example'],
    ['*.id.example', 'https://deep.id.example'],
    ['ID.example:8443', 'https://id.example:8443'],
    ['10.0.0.0/8', 'https://10.1.2.3'],
    ['2001:db8::/32', 'https://[2001:db8::1]'],
    ['other.example, *', 'https://id.example'],
  ])('is none for NO_PROXY=%s and %s', (NO_PROXY, url) => {
    expect(proxyFor({ ...proxies, NO_PROXY }, url)).toBeNull();
  });

  it.each([
    ['id.example', 'https://notid.example'],
    ['id.example:8443', 'https://id.example'],
    ['10.0.0.0/8', 'https://11.1.2.3'],
  ])('stays for NO_PROXY=%s and %s', (NO_PROXY, url) => {
    expect(proxyFor({ ...proxies, NO_PROXY }, url)).toBe(proxies.HTTPS_PROXY);
  });

  it.each(['http://localhost:8080', 'https://127.0.0.1', 'https://[::1]:1'])('is none for this machine: %s', (url) => {
    expect(proxyFor(proxies, url)).toBeNull();
  });
});

describe('a private authority', () => {
  it('is trusted through a proxy when POSTERN_CA_FILE holds it, and not without', async () => {
    const { ca, proxyUrl, asked } = await serverBehindProxy();
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'ca.pem');
    await writeFile(file, ca);
    const trusting = agentOf({ HTTPS_PROXY: proxyUrl, POSTERN_CA_FILE: file });
    const response = await trusting.fetch('https://id.internal.example/x', { method: 'POST', body: 'hello' });
    expect([response.status, await response.text()]).toEqual([200, 'POST hello']);
    expect(asked).toEqual(['id.internal.example:443']);
    const plain = agentOf({ HTTPS_PROXY: proxyUrl });
    await expect(plain.fetch('https://id.internal.example/x')).rejects.toThrow();
  });

  it('that is missing or no certificate is named by its variable', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'ca.pem');
    expect(() => agentOf({ POSTERN_CA_FILE: file })).toThrow('POSTERN_CA_FILE');
    await writeFile(file, 'not a certificate');
    expect(() => agentOf({ POSTERN_CA_FILE: file })).toThrow('POSTERN_CA_FILE');
  });
});

/** A server with a certificate of its own authority that only the proxy reaches by that name. */
async function serverBehindProxy() {
  const authority = await makeTestCa();
  const { certPem: cert, keyPem: key } = await authority.issue({ names: ['id.internal.example'] });
  const target = createTlsServer({ cert, key }, async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(String(part));
    response.end(`${request.method} ${parts.join('')}`);
  });
  const asked: string[] = [];
  const proxy = createServer().on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const onward = connect(portOf(target), '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) end.on('error', () => end.destroy());
  });
  for (const server of [target, proxy]) {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    onTestFinished(() => server.closeAllConnections());
  }
  return { ca: authority.caPem, proxyUrl: `http://localhost:${portOf(proxy)}`, asked };
}

function portOf(server: Server): number {
  const address = server.address();
  return address === null || typeof address === 'string' ? 0 : address.port;
}
