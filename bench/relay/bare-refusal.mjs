// The floor of the first login by OAUTHBEARER: accept, agree to TLS, say what a gateway says to a
// client without a token, and hang up. Looks at nothing that the client sends.
// `node bare-refusal.mjs <certificate> <key>` prints the port where it listens.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

const [, , certPath, keyPath] = process.argv;
const secureContext = createSecureContext({ cert: readFileSync(certPath), key: readFileSync(keyPath) });

function message(type, ...parts) {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function int32(number) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(number);
  return bytes;
}

const DISCOVERY = 'http://127.0.0.1:5433/.well-known/openid-configuration';
const SASL = message('R', int32(10), 'OAUTHBEARER\0\0');
const FAILURE = JSON.stringify({ status: 'invalid_token', 'openid-configuration': DISCOVERY, scope: 'openid' });
const FAILED = message('R', int32(11), FAILURE);
const FIELDS = 'SFATAL\0VFATAL\0C28000\0Ma bearer token is needed\0Dlive connection 00000000000000000000000000\0\0';
const REFUSED = message('E', FIELDS);

/** One step for each packet of the client's, which sends each in one piece. */
function* refuse(client) {
  yield;
  client.write(SASL);
  yield;
  client.write(FAILED);
  yield;
  client.end(REFUSED);
  for (;;) yield;
}

// Message Formats: SSLRequest. A balancer's header may come before it.
const SSL_REQUEST = 80_877_103;

const server = createServer({ noDelay: true }, (plain) => {
  const onReadable = () => {
    const chunk = plain.read();
    if (chunk === null || chunk.readInt32BE(chunk.length - 4) !== SSL_REQUEST) return;
    plain.off('readable', onReadable);
    plain.write('S');
    const client = new TLSSocket(plain, { isServer: true, secureContext });
    client
      .on('error', () => {})
      .once('secure', () => {
        const steps = refuse(client);
        steps.next();
        client.on('data', (chunk) => void steps.next(chunk));
      });
  };
  plain.on('error', () => {}).on('readable', onReadable);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
