import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerUnreadable, MAX_HEADER_BYTES } from '../../../src/http/app/unreadable-requests.ts';
import { singleSlashes } from '../../../src/http/request/single-slashes.ts';

let server: Server;

beforeEach(async () => {
  const app = express().use(singleSlashes);
  app.get('/api/v2/projects', (request, response) => void response.send(`${request.path} ${request.query.search}`));
  app.get('/', (_request, response) => void response.send('the page'));
  server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, app).listen(0, '127.0.0.1');
  answerUnreadable(server);
  await once(server, 'listening');
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Other applications' cookies of that many bytes in all, none larger than a browser takes. */
function cookiesOf(bytes: number): string {
  return Array.from({ length: Math.ceil(bytes / 1_000) }, (_, n) => `app${n}=${'x'.repeat(990)}`).join('; ');
}

async function sendRaw(request: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(request);
  return await text(socket);
}

function get(path: string, ...headers: readonly string[]): string {
  return [`GET ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n');
}

describe('cookies of other applications on the same host', () => {
  it('of 30 KB change nothing', async () => {
    expect(await sendRaw(get('/', `Cookie: ${cookiesOf(30_000)}`))).toMatch(/^HTTP\/1\.1 200 [\s\S]*the page$/);
  });

  // Node's own answer has no body.
  it('beyond all bounds are answered with a page that says what to do', async () => {
    const answer = await sendRaw(get('/', `Cookie: ${cookiesOf(90_000)}`));
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('Content-Type: text/html');
    expect(answer).toContain('Delete the cookies of this host');
  });
});

describe('a request that is not HTTP', () => {
  it('is answered with a page', async () => {
    expect(await sendRaw('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*<h1>/,
    );
  });
});

describe('a path with doubled slashes', () => {
  it.each(['//api/v2/projects', '/api/v2//projects', '/api//v2/projects//', '/api/v2/projects/'])(
    '%s leads where single ones do, and leaves the query alone',
    async (path) => {
      expect(await sendRaw(get(`${path}?search=a//b?c`))).toMatch(/\/api\/v2\/projects\/? a\/\/b\?c$/);
    },
  );
});
