// The floor of the first login by OAUTHBEARER: accept, agree to TLS, say what a gateway says to a
// client without a token, and hang up. Looks at nothing that the client sends.
// `node bare-refusal.mjs <certificate> <key>` prints the port where it listens.

import { int32, message, serveOverTls } from './bare-server.mjs';

const [, , certPath, keyPath] = process.argv;

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

serveOverTls({ certPath, keyPath }, refuse);
