// What the floors share: backend messages, and a server that accepts, agrees to TLS and then takes
// one step of a conversation for each packet of the client's, which sends each in one piece.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

// Message Formats: SSLRequest. A balancer's header may come before it.
const SSL_REQUEST = 80_877_103;

export function message(type, ...parts) {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

export function int32(number) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(number);
  return bytes;
}

/** Prints the port where it listens. `converse` is a generator of the steps with one client. */
export function serveOverTls({ certPath, keyPath }, converse) {
  const secureContext = createSecureContext({ cert: readFileSync(certPath), key: readFileSync(keyPath) });
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
          const steps = converse(client);
          steps.next();
          client.on('data', (packet) => void steps.next(packet));
        });
    };
    plain.on('error', () => {}).on('readable', onReadable);
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
}
