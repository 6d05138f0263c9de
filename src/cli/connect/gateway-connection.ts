// One connection to a gateway as psql makes it: TLS with the terminal's key, a startup packet, and
// what the gateway says until it lets the client in or refuses it.

import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { DatabaseError, parse, serialize } from 'pg-protocol';
import { cleanUpstreamText } from '../../untrusted-text.ts';

export interface GatewayPlace {
  readonly host: string;
  readonly port: number;
  readonly sslmode: 'verify-full' | 'require';
  /** Null: the authorities that the machine and Node trust. */
  readonly caPem: string | null;
}

export interface GatewayAsk {
  readonly user: string;
  /** Null: as libpq sends it, the user's name again. */
  readonly database: string | null;
  readonly options: string | null;
  readonly key: { readonly certPem: string; readonly keyPem: string };
  readonly onNotice: (text: string) => void;
  /** Asked for the digits that the page shows. */
  readonly askForCode: () => Promise<string>;
}

export type GatewayAnswer =
  | { readonly kind: 'let_in' }
  | { readonly kind: 'refused'; readonly message: string; readonly hint: string | null };

/** The gateway's certificate does not verify. */
export class UntrustedGateway extends Error {
  readonly isLoopback: boolean;

  constructor(reason: string, isLoopback: boolean) {
    super(reason);
    this.name = 'UntrustedGateway';
    this.isLoopback = isLoopback;
  }
}

const APPLICATION = 'postern connect';
const CONNECT_LIMIT_MS = 15_000;

/** Throws an Error for a gateway that cannot be reached, UntrustedGateway for its certificate. */
export async function askGateway(place: GatewayPlace, ask: GatewayAsk): Promise<GatewayAnswer> {
  const socket = await openTls(place, ask.key);
  try {
    const { user, database, options } = ask;
    const named = { user, database: database ?? user, application_name: APPLICATION };
    socket.write(serialize.startup({ ...named, ...(options === null ? {} : { options }) }));
    return await answerOf(socket, ask);
  } finally {
    socket.destroy();
  }
}

async function openTls(place: GatewayPlace, { certPem, keyPem }: GatewayAsk['key']): Promise<TLSSocket> {
  const { host, port, sslmode, caPem } = place;
  const plain = connectTcp({ host, port });
  const limit = AbortSignal.timeout(CONNECT_LIMIT_MS);
  try {
    await once(plain, 'connect', { signal: limit });
    plain.write(serialize.requestSsl());
    const [answer]: Buffer[] = await once(plain, 'data', { signal: limit });
    if (answer?.toString('latin1') !== 'S') throw new Error('it offers no TLS, so it cannot tell one key from another');
    const socket = connectTls({
      socket: plain,
      ...(/^[\d.]+$|:/.test(host) ? { host } : { host, servername: host }),
      ...{ cert: certPem, key: keyPem, rejectUnauthorized: false, minVersion: 'TLSv1.2' },
      ...(caPem === null ? {} : { ca: caPem }),
    });
    await once(socket, 'secureConnect', { signal: limit });
    if (sslmode === 'verify-full' && !socket.authorized) {
      throw new UntrustedGateway(String(socket.authorizationError), isLoopback(plain));
    }
    return socket;
  } catch (error) {
    plain.destroy();
    if (error instanceof UntrustedGateway) throw error;
    throw new Error(`${host}:${port} cannot be reached`, { cause: limit.aborted ? new Error('it is silent') : error });
  }
}

function isLoopback({ remoteAddress = '' }: Socket): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(remoteAddress);
}

function refusalOf({ message, hint }: DatabaseError): GatewayAnswer {
  const clean = cleanUpstreamText;
  return { kind: 'refused', message: clean(message), hint: hint === undefined ? null : clean(hint) };
}

async function answerOf(socket: TLSSocket, { onNotice, askForCode }: GatewayAsk): Promise<GatewayAnswer> {
  return await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the gateway hung up')));
    void parse(socket, (message) => {
      switch (message.name) {
        case 'notice':
          if ('message' in message) onNotice(cleanUpstreamText(String(message.message)));
          return;
        case 'authenticationCleartextPassword':
          askForCode().then((code) => socket.write(serialize.password(code)), reject);
          return;
        case 'authenticationSASL':
          return reject(
            new Error('the gateway asks for a password: this user is a database role, give another by --user'),
          );
        case 'error':
          return message instanceof DatabaseError ? resolve(refusalOf(message)) : reject(new Error('it made no sense'));
        case 'readyForQuery':
          socket.end(serialize.end());
          return resolve({ kind: 'let_in' });
        default:
      }
    }).catch(reject);
  });
}
