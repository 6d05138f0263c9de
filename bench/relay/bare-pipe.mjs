// The floor that a relay in Node can reach: accept, agree to TLS where it is asked for, connect,
// and pipe both ways. `node bare-pipe.mjs <port of the upstream> <certificate> <key>` prints the
// port where it listens.

import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

const [, , upstreamPort, certPath, keyPath] = process.argv;
const secureContext = createSecureContext({ cert: readFileSync(certPath), key: readFileSync(keyPath) });
const SSL_REQUEST_BYTES = 8;

const server = createServer({ noDelay: true }, (plain) => {
  plain
    .on('error', () => {})
    .once('readable', () => {
      const first = plain.read() ?? Buffer.alloc(0);
      if (first.length === SSL_REQUEST_BYTES) {
        plain.write('S');
        const client = new TLSSocket(plain, { isServer: true, secureContext });
        client.on('error', () => {}).once('secure', () => pipeUpstream(client));
      } else {
        plain.unshift(first);
        pipeUpstream(plain);
      }
    });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

function pipeUpstream(client) {
  const upstream = connect({ port: Number(upstreamPort), host: '127.0.0.1', noDelay: true });
  upstream.on('error', () => {}).on('connect', () => client.pipe(upstream).pipe(client));
}
