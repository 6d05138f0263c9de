// A web server that keeps what is posted to it, as a chat does: HTTPS, with a certificate of an
// authority of its own.

import { once } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeTestCa } from '../certificates-for-tests.ts';

export interface Delivery {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpsReceiver {
  /** Origin, by the name given. */
  readonly url: string;
  /** Of the authority that vouches for it. */
  readonly caPem: string;
  readonly deliveries: readonly Delivery[];
  close(): void;
}

/** `answer` ends the response, or never does; without it each is taken with 204. */
export async function startHttpsReceiver(
  name: string,
  answer: (path: string, response: ServerResponse) => void = (_path, response) => response.writeHead(204).end(),
): Promise<HttpsReceiver> {
  const ca = await makeTestCa();
  const { certPem, keyPem } = await ca.issue({ names: [name] });
  const deliveries: Delivery[] = [];
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      const { url: path = '', headers } = request;
      deliveries.push({ path, headers, body });
      answer(path, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://${name}:${(server.address() as AddressInfo).port}`,
    caPem: ca.caPem,
    deliveries,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
