import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer as createWebServer, type RequestListener } from 'node:http';
import { createServer as createTlsWebServer } from 'node:https';
import { connect, type Server } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { createMailer } from '../../src/mail/mailer.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { startMailbox } from '../http/api/mailbox.ts';
import { makeTestCa } from '../support/certificates-for-tests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

const BODY = { text: 'come in', html: '<p>come in</p>' };
const LOGIN = `Basic ${Buffer.from('mailer:pa ss').toString('base64')}`;

/** A mail server behind a proxy that alone knows its name; both with a private authority. */
async function officeBehindProxy() {
  const authority = await makeTestCa();
  const issued = await authority.issue({ names: ['mail.internal.example', 'localhost'] });
  const pair = { cert: issued.certPem, key: issued.keyPem };
  const mailbox = await startMailbox();
  onTestFinished(() => mailbox.close());
  const plainPort = Number(new URL(mailbox.url).port);
  const secure = createTlsServer(pair, (socket) => pipeTo(socket, plainPort));
  const asked: Array<[url: string | undefined, login: string | undefined]> = [];
  const refuse: RequestListener = (_request, response) => void response.writeHead(405).end();
  const proxies = [createWebServer(refuse), createTlsWebServer(pair, refuse)] as const;
  for (const proxy of proxies) {
    proxy.on('connect', (request, socket: Duplex) => {
      asked.push([request.url, request.headers['proxy-authorization']]);
      if (request.headers['proxy-authorization'] !== LOGIN) return void socket.end('HTTP/1.1 407 Who\r\n\r\n');
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      pipeTo(socket, request.url?.endsWith(':465') ? portOf(secure) : plainPort);
    });
  }
  for (const server of [secure, ...proxies]) {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
  }
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const file = join(folder.path, 'ca.pem');
  await writeFile(file, authority.caPem);
  const [http, https] = [`localhost:${portOf(proxies[0])}`, `localhost:${portOf(proxies[1])}`];
  return {
    mailbox,
    asked,
    file,
    proxy: { http: `http://mailer:pa%20ss@${http}`, https: `https://mailer:pa%20ss@${https}` },
  };
}

function pipeTo(socket: Duplex, port: number): void {
  const onward = connect(port, '127.0.0.1');
  socket.pipe(onward).pipe(socket);
  for (const end of [socket, onward]) end.on('error', () => end.destroy());
}

function portOf(server: Server): number {
  const address = server.address();
  return address === null || typeof address === 'string' ? 0 : address.port;
}

function mailerFor(environment: Record<string, string>) {
  const lines: string[] = [];
  const note = (facts: { err?: Error }) => void lines.push(String(facts.err));
  const log = { info: note, warn: note, error: note };
  const mailer = createMailer({ config: loadConfig(environment), log: log as never, metrics: createMetrics() });
  return { mailer, lines };
}

describe('mail through the proxy of HTTPS_PROXY', () => {
  it.each(['http', 'https'] as const)('arrives, the proxy being spoken to by %s', async (scheme) => {
    const { mailbox, asked, file, proxy } = await officeBehindProxy();
    for (const [index, url] of [
      'smtps://mail.internal.example',
      'smtp://mail.internal.example?ignoreTLS=true',
    ].entries()) {
      const { mailer, lines } = mailerFor({ POSTERN_SMTP_URL: url, HTTPS_PROXY: proxy[scheme], POSTERN_CA_FILE: file });
      mailer.send({ to: `kim${index}@example.com`, subject: 'Invitation', ...BODY });
      await waitUntil(() => mailbox.letters.length > index || lines.length > 0, 'the mail arrives or fails');
      await mailer.close();
      expect(lines).toEqual([]);
    }
    expect(mailbox.letters.map(({ to }) => to)).toEqual(['kim0@example.com', 'kim1@example.com']);
    expect(asked).toEqual([
      ['mail.internal.example:465', LOGIN],
      ['mail.internal.example:587', LOGIN],
    ]);
  });

  it.each(['proxy', 'mail server'])('does not leave to a %s of an unknown authority', async (who) => {
    const { mailbox, asked, proxy } = await officeBehindProxy();
    const HTTPS_PROXY = who === 'proxy' ? proxy.https : proxy.http;
    const { mailer, lines } = mailerFor({ POSTERN_SMTP_URL: 'smtps://mail.internal.example', HTTPS_PROXY });
    mailer.send({ to: 'kim@example.com', subject: 'Invitation', ...BODY });
    await waitUntil(() => lines.length > 0, 'it fails');
    expect(lines[0]).toMatch(/certificate/);
    expect([asked.length, mailbox.letters]).toEqual([who === 'proxy' ? 0 : 1, []]);
  });

  it('that refuses is named in the log, without its password', async () => {
    const { mailbox, proxy } = await officeBehindProxy();
    const HTTPS_PROXY = proxy.http.replace('pa%20ss', 'wrong-canary');
    const { mailer, lines } = mailerFor({ POSTERN_SMTP_URL: 'smtps://mail.internal.example', HTTPS_PROXY });
    mailer.send({ to: 'kim@example.com', subject: 'Invitation', ...BODY });
    await waitUntil(() => lines.length > 0, 'it fails');
    expect(lines[0]).toMatch(/proxy.*407/);
    expect([lines.join().includes('canary'), mailbox.letters]).toEqual([false, []]);
  });

  it('goes directly where NO_PROXY names the mail server', async () => {
    const mailbox = await startMailbox();
    onTestFinished(() => mailbox.close());
    const url = mailbox.url;
    const { mailer } = mailerFor({
      POSTERN_SMTP_URL: url,
      HTTPS_PROXY: 'http://proxy.invalid:1',
      NO_PROXY: '127.0.0.1',
    });
    mailer.send({ to: 'kim@example.com', subject: 'Invitation', ...BODY });
    await waitUntil(() => mailbox.letters.length === 1, 'the mail arrives');
  });
});
