// The floor that logins in Node can reach: accept, agree to TLS, let the client prove a password by
// SCRAM, say that it is ready, answer each query with one row. Asks nobody and dials nothing.
// `node bare-login.mjs <password> <certificate> <key>` prints the port where it listens.

import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { int32, message, serveOverTls } from './bare-server.mjs';

const [, , password, certPath, keyPath] = process.argv;
const ITERATIONS = 4096;
const SALT = randomBytes(16);
const salted = pbkdf2Sync(password, SALT, ITERATIONS, 32, 'sha256');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
const serverKey = hmac(salted, 'Server Key');

const SASL = message('R', int32(10), 'SCRAM-SHA-256\0\0');
const READY = Buffer.concat([
  message('R', int32(0)),
  message('S', 'client_encoding\0UTF8\0'),
  message('S', 'server_version\0' + '17.0\0'),
  message('K', int32(1), int32(2)),
  message('Z', 'I'),
]);
const ROW = Buffer.concat([
  message(
    'T',
    Buffer.from([0, 1]),
    'x\0',
    int32(0),
    Buffer.from([0, 0]),
    int32(23),
    Buffer.from([0, 4]),
    int32(-1),
    Buffer.from([0, 0]),
  ),
  message('D', Buffer.from([0, 1]), int32(1), '1'),
  message('C', 'SELECT 1\0'),
  message('Z', 'I'),
]);

/** One step for each packet of the client's; pgbench sends each in one piece. */
function* login(client) {
  yield;
  client.write(SASL);
  const clientFirst = (yield).toString('latin1');
  const bare = clientFirst.slice(clientFirst.indexOf(',,') + 2);
  const nonce = /r=([^,]+)/.exec(bare)[1] + randomBytes(18).toString('base64');
  const serverFirst = `r=${nonce},s=${SALT.toString('base64')},i=${ITERATIONS}`;
  client.write(message('R', int32(11), serverFirst));
  const clientFinal = (yield).subarray(5).toString('latin1');
  const [withoutProof, proof] = clientFinal.split(',p=');
  const auth = `${bare},${serverFirst},${withoutProof}`;
  const signature = hmac(storedKey, auth);
  const clientKey = Buffer.from(proof, 'base64').map((byte, index) => byte ^ signature[index]);
  if (!timingSafeEqual(createHash('sha256').update(clientKey).digest(), storedKey)) return client.destroy();
  const final = message('R', int32(12), `v=${hmac(serverKey, auth).toString('base64')}`);
  client.write(Buffer.concat([final, READY]));
  for (;;) {
    const asked = yield;
    if (asked[0] !== 0x51) return client.end();
    client.write(ROW);
  }
}

serveOverTls({ certPath, keyPath }, login);
