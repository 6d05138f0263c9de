import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPosternError } from '../../../src/errors.ts';
import type { UpstreamTls } from '../../../src/protocol/upstream-tls.ts';
import { Secret } from '../../../src/secret.ts';
import { UpstreamRefusal } from '../../../src/wire/dial/connect-failure.ts';
import type { UpstreamSession } from '../../../src/wire/dial/connect-upstream.ts';
import type { UpstreamTarget } from '../../../src/wire/dial/upstream-target.ts';
import { surviveErrors } from '../../../src/wire/wait-on-stream.ts';
import { builtMessage } from '../../protocol/packet-fixtures.ts';
import { makeTestCa } from '../../support/certificates-for-tests.ts';
import { postgresUrl } from '../../support/databases/postgres-for-tests.ts';
import { certificatesOnDisk } from '../certificates-on-disk.ts';
import { listenOnLoopback, portOf } from '../loopback.ts';
import { PASSWORD, type PostgresWithTls, startPostgresWithTls } from '../postgres-with-tls.ts';
import { connectTo } from '../scripted-upstream.ts';

let postgres: PostgresWithTls;
beforeAll(async () => {
  postgres = await startPostgresWithTls();
});
afterAll(() => postgres[Symbol.asyncDispose]());

const OTHER_CA = await makeTestCa();
const DISABLED: UpstreamTls = { mode: 'disable' };

function tls(mode: 'require' | 'verify-ca' | 'verify-full', settings: Partial<VerifyingTls> = {}): UpstreamTls {
  return { mode, ca: postgres.ca.caPem, serverName: null, clientCertificate: null, ...settings };
}
type VerifyingTls = Exclude<UpstreamTls, { mode: 'disable' }>;

function connectAs(user: string, target: Partial<UpstreamTarget> = {}): Promise<UpstreamSession> {
  const standard = { user, password: new Secret(PASSWORD), database: 'postgres', tls: tls('verify-full') };
  return connectTo(postgres.port, { ...standard, ...target });
}

/** The only value of the only row. */
async function ask({ socket }: UpstreamSession, sql: string): Promise<string> {
  socket.write(builtMessage('Q', (writer) => writer.addCString(sql)));
  const chunks: Buffer[] = [];
  while (!Buffer.concat(chunks).subarray(-6, -5).equals(Buffer.from('Z'))) {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) await once(socket, 'readable');
    else chunks.push(chunk);
  }
  const reply = Buffer.concat(chunks);
  const row = reply.indexOf(Buffer.from('D\0'));
  return reply.toString('utf8', row + 11, row + 11 + reply.readInt32BE(row + 7));
}

async function errorCode(connecting: Promise<UpstreamSession>): Promise<string> {
  const error = await connecting.then(
    (session) => {
      session.socket.destroy();
      return 'the login worked';
    },
    (reason: unknown) => reason,
  );
  if (error instanceof UpstreamRefusal) return error.sqlstate;
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}

describe('a login over verified TLS', () => {
  it('by SCRAM binds to the server’s certificate and yields a session that answers', async () => {
    const session = await connectAs('scram_role');
    expect(session.socket).toBeInstanceOf(TLSSocket);
    expect(Buffer.concat(session.greeting).toString()).toMatch(/server_version\u000018/);
    expect(session).toMatchObject({ readyStatus: 'I', cancelKey: { secretKey: expect.any(Buffer) } });
    expect(await ask(session, 'select current_user')).toBe('scram_role');
    expect(await ask(session, 'select ssl from pg_stat_ssl where pid = pg_backend_pid()')).toBe('t');
    session.socket.destroy();
  });

  it('by a password that SASLprep changes works', async () => {
    const session = await connectAs('unicode_role', { password: new Secret('pa ss\u00aawort') });
    expect(await ask(session, 'select current_user')).toBe('unicode_role');
    session.socket.destroy();
  });

  it.each([
    ['md5_role', { allowMd5: true }],
    ['clear_role', { allowCleartext: true }],
    ['trusted_role', { password: null }],
  ] as const)('as %s works where the compute allows it', async (user, allowed) => {
    const session = await connectAs(user, allowed);
    expect(await ask(session, 'select current_user')).toBe(user);
    session.socket.destroy();
  });

  it.each([
    ['md5_role', { allowCleartext: true }],
    ['clear_role', { allowMd5: true }],
  ] as const)('as %s sends no password where the compute does not allow it', async (user, allowed) => {
    expect(await errorCode(connectAs(user, allowed))).toBe('upstream_authentication');
  });

  it('with a client certificate needs no password', async () => {
    const { certPem, keyPem } = await postgres.ca.issue({ names: ['cert_role'], use: 'client' });
    const clientCertificate = { cert: certPem, key: new Secret(keyPem) };
    const session = await connectAs('cert_role', { password: null, tls: tls('verify-full', { clientCertificate }) });
    expect(await ask(session, 'select current_user')).toBe('cert_role');
    session.socket.destroy();
  });

  it('sends the client’s startup parameters', async () => {
    const startup = new Map([
      ['application_name', 'psql postern:1 alice'],
      ['options', '-c statement_timeout=4321 -c DateStyle=ISO,\\ DMY'],
    ]);
    const target = {
      user: 'scram_role',
      password: new Secret(PASSWORD),
      database: 'postgres',
      tls: tls('verify-full'),
    };
    const session = await connectTo(postgres.port, target, { startup });
    expect(await ask(session, 'show application_name')).toBe('psql postern:1 alice');
    expect(await ask(session, 'show statement_timeout')).toBe('4321ms');
    expect(await ask(session, 'show DateStyle')).toBe('ISO, DMY');
    session.socket.destroy();
  });
});

describe('a refusal of the server', () => {
  it.each([
    ['a wrong password', { password: new Secret('wrong') }, '28P01'],
    ['an unknown role', { user: 'nobody_at_all' }, '28P01'],
    ['an unknown database', { database: 'no_such_database' }, '3D000'],
  ] as const)('because of %s keeps its code', async (_name, target, sqlstate) => {
    expect(await errorCode(connectAs('scram_role', target))).toBe(sqlstate);
  });
});

describe('TLS mode', () => {
  it('disable speaks in clear text', async () => {
    const session = await connectAs('scram_role', { tls: DISABLED });
    expect(session.socket).not.toBeInstanceOf(TLSSocket);
    expect(await ask(session, 'select current_user')).toBe('scram_role');
    session.socket.destroy();
  });

  it('require takes any certificate where no authority is given', async () => {
    const session = await connectAs('scram_role', { tls: tls('require', { ca: null }) });
    expect(session.socket).toBeInstanceOf(TLSSocket);
    session.socket.destroy();
  });

  it('require without an authority is not verified enough for md5', async () => {
    const target = { allowMd5: true, tls: tls('require', { ca: null }) };
    expect(await errorCode(connectAs('md5_role', target))).toBe('upstream_authentication');
  });

  it('verify-ca takes a certificate of the authority for another name', async () => {
    const session = await connectAs('scram_role', { tls: tls('verify-ca', { serverName: 'other.test' }) });
    session.socket.destroy();
  });

  it('verify-full takes the address where the certificate names it', async () => {
    const session = await connectAs('scram_role', { host: '127.0.0.1' });
    session.socket.destroy();
  });

  it.each<[string, () => UpstreamTls]>([
    ['require refuses another authority', () => tls('require', { ca: OTHER_CA.caPem })],
    ['verify-ca refuses another authority', () => tls('verify-ca', { ca: OTHER_CA.caPem })],
    ['verify-ca refuses the well-known authorities', () => tls('verify-ca', { ca: null })],
    ['verify-full refuses another authority', () => tls('verify-full', { ca: OTHER_CA.caPem })],
    ['verify-full refuses another name', () => tls('verify-full', { serverName: 'other.test' })],
    ['verify-full refuses an authority that cannot be read', () => tls('verify-full', { ca: 'no PEM' })],
  ])('%s', async (_name, settings) => {
    expect(await errorCode(connectAs('scram_role', { tls: settings() }))).toBe('upstream_tls');
  });

  it('other than disable refuses a server without TLS', async () => {
    const { port, username, password } = new URL(postgresUrl());
    const target = { user: username, password: new Secret(password), tls: tls('require') };
    expect(await errorCode(connectTo(Number(port), target))).toBe('upstream_tls');
  });
});

describe('a man in the middle whose certificate nobody checks', () => {
  it('is found out by channel binding', async () => {
    await using middle = await manInTheMiddle(postgres.port, (bytes) => bytes);
    const target = { user: 'scram_role', password: new Secret(PASSWORD), tls: tls('require', { ca: null }) };
    expect(await errorCode(connectTo(middle.port, target))).toMatch(/^28/);
    expect(middle.connections()).toBe(1);
  });

  it('is found out when it hides that channel binding is offered', async () => {
    const hide = (bytes: Buffer) =>
      bytes[0] === 0x52 && bytes.includes('SCRAM-SHA-256-PLUS')
        ? Buffer.from('52 0000 0017 0000 000a 53 43 52 41 4d 2d 53 48 41 2d 32 35 36 00 00'.replaceAll(' ', ''), 'hex')
        : bytes;
    await using middle = await manInTheMiddle(postgres.port, hide);
    const target = { user: 'scram_role', password: new Secret(PASSWORD), tls: tls('require', { ca: null }) };
    expect(await errorCode(connectTo(middle.port, target))).toMatch(/^28/);
  });
});

describe('what leaks', () => {
  it('no password is in an error or its causes', async () => {
    const secret = 'canary-4f1d';
    const attempts = [
      connectAs('scram_role', { password: new Secret(secret) }),
      connectAs('md5_role', { password: new Secret(secret) }),
      connectAs('scram_role', { password: new Secret(secret), tls: tls('verify-full', { serverName: 'x.test' }) }),
    ];
    for (const attempt of await Promise.allSettled(attempts)) {
      expect(attempt.status).toBe('rejected');
      const reason: unknown = attempt.status === 'rejected' ? attempt.reason : null;
      expect(isPosternError(reason, 'internal')).toBe(false);
      expect(inspect(reason, { depth: 10, showHidden: true })).not.toContain(secret);
    }
  });
});

/**
 * A server with a certificate of its own that speaks TLS on both sides and may change what the real
 * one says.
 */
async function manInTheMiddle(port: number, change: (bytes: Buffer) => Buffer) {
  const disk = await certificatesOnDisk(['db.test']);
  const server = await listenOnLoopback();
  let connections = 0;
  server.on('connection', async (victim) => {
    connections++;
    surviveErrors(victim);
    await once(victim, 'readable');
    victim.read();
    victim.write('S');
    const inner = new TLSSocket(victim, { isServer: true, secureContext: disk.certificates.choose(null).context });
    const plain = connectPlain({ port, host: '127.0.0.1' });
    plain.write(Buffer.from('0000000804d2162f', 'hex'));
    await once(plain, 'readable');
    plain.read();
    const outer = connectTls({ socket: plain, rejectUnauthorized: false });
    for (const socket of [inner, plain, outer]) surviveErrors(socket);
    inner.on('data', (bytes: Buffer) => outer.write(bytes)).on('end', () => outer.end());
    outer.on('data', (bytes: Buffer) => inner.write(change(bytes))).on('end', () => inner.end());
  });
  return {
    port: portOf(server),
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await disk[Symbol.asyncDispose]();
    },
  };
}
