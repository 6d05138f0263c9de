// Changes the keys of a TLS 1.3 connection as often as asked, which Node's own client never does:
// the records are made here, from the secret that the client tells its key log.

import { createCipheriv, createHmac } from 'node:crypto';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { builtStartupPacket } from '../protocol/packet-fixtures.ts';
import { RawClient, type Reachable, SSL_REQUEST } from './raw-client.ts';

const HASH = 'sha256';
const SECRET_BYTES = 32;
const KEY_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
// RFC 8446, 4.6.3: key_update (24), length 1, update_not_requested (0), since Node's client would
// answer with its old keys; behind it the type, handshake.
const KEY_UPDATE = Buffer.from('180000010016', 'hex');

/** After an SSLRequest. Each write of the client's data before `keyUpdates` is a record. */
export async function connectWithKeys({ port, caPem }: Reachable): Promise<{ client: RawClient; secret: Buffer }> {
  const client = await RawClient.connect({ port });
  client.send(builtStartupPacket(SSL_REQUEST, []));
  if ((await client.readByte()) !== 'S') throw new Error('no TLS');
  const socket = connectTls({
    socket: client.plain,
    ca: caPem,
    servername: 'localhost',
    ciphers: 'TLS_AES_128_GCM_SHA256',
    minVersion: 'TLSv1.3',
  });
  const secret = await secretOf(socket);
  // What is written while OpenSSL still reads stays in it.
  await new Promise((resolve) => setImmediate(resolve));
  client.socket = socket;
  return { client, secret };
}

async function secretOf(socket: TLSSocket): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    let secret = '';
    socket.on('keylog', (line) => {
      secret = /^CLIENT_TRAFFIC_SECRET_0 \S+ (\w+)/.exec(line.toString())?.[1] ?? secret;
    });
    // The server's ticket: it has the end of the handshake, and the keys are those of the data.
    socket.once('session', () => resolve(Buffer.from(secret, 'hex')));
    socket.on('error', reject).resume();
  });
}

/** So many records, one after the other, and how a next one begins; `sent` came before them. */
export function keyUpdates(
  secret: Buffer,
  count: number,
  sent = 0,
): { readonly records: Buffer; readonly secret: Buffer } {
  const records: Buffer[] = [];
  let current = secret;
  for (let made = 0; made < count; made++) {
    records.push(recordOf(current, made === 0 ? sent : 0));
    current = expand(current, 'traffic upd', SECRET_BYTES);
  }
  return { records: Buffer.concat(records), secret: current };
}

// The record's number is in the last bytes of its nonce (RFC 8446, 5.3).
function recordOf(secret: Buffer, number: number): Buffer {
  const header = Buffer.from([0x17, 3, 3, 0, KEY_UPDATE.length + TAG_BYTES]);
  const nonce = Buffer.from(expand(secret, 'iv', NONCE_BYTES));
  nonce.writeUInt8(nonce.readUInt8(NONCE_BYTES - 1) ^ number, NONCE_BYTES - 1);
  const cipher = createCipheriv('aes-128-gcm', expand(secret, 'key', KEY_BYTES), nonce);
  cipher.setAAD(header);
  return Buffer.concat([header, cipher.update(KEY_UPDATE), cipher.final(), cipher.getAuthTag()]);
}

/** RFC 8446, 7.1: HKDF-Expand-Label with an empty context, of at most one block. */
function expand(secret: Buffer, label: string, bytes: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.from([0, bytes, name.length]), name, Buffer.from([0, 1])]);
  return createHmac(HASH, secret).update(info).digest().subarray(0, bytes);
}
