import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { PosternError } from '../../../src/errors.ts';
import { parseNetworks } from '../../../src/network-address.ts';
import { Secret } from '../../../src/secret.ts';
import { ConnectFailure, UpstreamRefusal } from '../../../src/wire/dial/connect-failure.ts';
import type { UpstreamSession } from '../../../src/wire/dial/connect-upstream.ts';
import type { UpstreamTarget } from '../../../src/wire/dial/upstream-target.ts';
import { hex } from '../../protocol/packet-fixtures.ts';
import {
  AUTHENTICATION_OK,
  authentication,
  BACKEND_KEY_DATA,
  CLEARTEXT_PASSWORD,
  MD5_PASSWORD,
  parameterStatus,
  READY,
  report,
  SASL,
  saslContinue,
  saslFinal,
} from '../login-fixtures.ts';
import { closedPort, readToEnd } from '../loopback.ts';
import {
  answerSslRequest,
  connectTo,
  expectNothingMore,
  hangUp,
  password,
  reset,
  type Step,
  scriptedUpstream,
  send,
  startup,
} from '../scripted-upstream.ts';

const TLS = { mode: 'require', ca: null, serverName: null, clientCertificate: null } as const;

describe('an upstream that is no Postgres', () => {
  it.each<[string, readonly Step[], string]>([
    ['answers SSLRequest with N', [answerSslRequest('N')], 'upstream_tls'],
    ['sends clear bytes behind its S', [answerSslRequest('Sclear text')], 'upstream_protocol'],
    ['answers SSLRequest with an error', [answerSslRequest(report('E', 'CXX000', 'Mno'))], 'upstream_protocol'],
    ['speaks HTTP', [answerSslRequest('HTTP/1.1 400 Bad Request\r\n\r\n')], 'upstream_protocol'],
    ['hangs up after SSLRequest', [answerSslRequest(''), hangUp], 'upstream_unreachable'],
    ['resets after SSLRequest', [answerSslRequest(''), reset], 'upstream_unreachable'],
    ['speaks no TLS after its S', [answerSslRequest('S'), afterHello(send('no TLS record'))], 'upstream_tls'],
    ['hangs up in the handshake', [answerSslRequest('S'), afterHello(hangUp)], 'upstream_tls'],
  ])('%s', async (_name, steps, code) => {
    await using upstream = await scriptedUpstream(...steps);
    expect(await failureOf(connectTo(upstream.port, { tls: TLS }))).toBe(code);
  });

  it('is not listening', async () => {
    const error = await errorOf(connectTo(await closedPort()));
    expect(error).toMatchObject({ code: 'upstream_unreachable', cause: { reason: 'refused' } });
  });
});

describe('before ReadyForQuery an upstream that', () => {
  const afterOk = (...bytes: readonly Buffer[]): readonly Step[] => [startup, send(AUTHENTICATION_OK, ...bytes)];
  it.each<[string, readonly Step[], string]>([
    ['hangs up', [startup, hangUp], 'upstream_unreachable'],
    ['resets', [startup, reset], 'upstream_unreachable'],
    ['hangs up inside a message', afterOk(READY.subarray(0, 4)).concat(hangUp), 'upstream_unreachable'],
    ['sends rows', afterOk(hex('44 00000006 0000')), 'upstream_protocol'],
    ['negotiates the version', [startup, send(hex('76 0000000c 00030002 00000000'))], 'upstream_protocol'],
    ['sends an unknown message', afterOk(hex('00 00000004')), 'upstream_protocol'],
    ['sends a negative length', afterOk(hex('53 80000000')), 'upstream_protocol'],
    ['sends a length of zero', afterOk(hex('53 00000000')), 'upstream_protocol'],
    ['announces two gigabytes', afterOk(hex('4e 7fffffff')), 'upstream_protocol'],
    ['sends a message over 64 KiB', afterOk(parameterStatus('a', 'x'.repeat(65_536))), 'upstream_protocol'],
    ['never stops', afterOk(...Array.from({ length: 200 }, () => parameterStatus('a', 'b'))), 'upstream_protocol'],
    ['sends a cut ParameterStatus', afterOk(hex('53 00000006 6161')), 'upstream_protocol'],
    ['sends an unknown status', afterOk(hex('5a 00000005 58')), 'upstream_protocol'],
    ['sends a cancel key of 300 bytes', afterOk(hex(`4b 00000134 ${'00'.repeat(304)}`)), 'upstream_protocol'],
    ['says NOTICE before AuthenticationOk', [startup, send(report('N', 'SNOTICE', 'Mhi'))], 'upstream_protocol'],
    ['is ready before AuthenticationOk', [startup, send(READY)], 'upstream_protocol'],
    ['gives its key before AuthenticationOk', [startup, send(BACKEND_KEY_DATA)], 'upstream_protocol'],
    ['says AuthenticationOk twice', afterOk(AUTHENTICATION_OK), 'upstream_protocol'],
    ['asks for a password after AuthenticationOk', afterOk(CLEARTEXT_PASSWORD), 'upstream_protocol'],
  ])('%s is given up', async (_name, steps, code) => {
    await using upstream = await scriptedUpstream(...steps, expectNothingMore);
    expect(await failureOf(connectTo(upstream.port))).toBe(code);
  });
});

describe('an upstream that asks for', () => {
  const plain = { allowMd5: true, allowCleartext: true };
  const scramStart = [startup, send(SASL)] as const;
  it.each<[string, readonly Step[], string, Partial<UpstreamTarget>]>([
    ['cleartext in clear text gets nothing', [startup, send(CLEARTEXT_PASSWORD)], 'upstream_authentication', plain],
    ['md5 in clear text gets nothing', [startup, send(MD5_PASSWORD)], 'upstream_authentication', plain],
    ['Kerberos gets nothing', [startup, send(authentication(7))], 'upstream_authentication', plain],
    ['what nobody knows gets nothing', [startup, send(authentication(99))], 'upstream_authentication', plain],
    ['a password, when there is none, gets nothing', scramStart, 'upstream_refused', { password: null }],
    ['a password, when it is empty, gets nothing', scramStart, 'upstream_refused', { password: new Secret('') }],
    ['an unknown mechanism gets nothing', [startup, send(otherMechanism())], 'upstream_authentication', {}],
    ['a proof without a start gets nothing', [startup, send(saslContinue('r=a,s=YQ==,i=1'))], 'upstream_protocol', {}],
    ['an end without a start gets nothing', [startup, send(saslFinal('v=YQ=='))], 'upstream_protocol', {}],
  ])('%s', async (_name, steps, code, target) => {
    await using upstream = await scriptedUpstream(...steps, expectNothingMore);
    expect(await failureOf(connectTo(upstream.port, target))).toBe(code);
  });

  it.each<[string, (nonce: string) => Buffer, string]>([
    ['100,001 iterations', (nonce) => saslContinue(`r=${nonce}x,s=YQ==,i=100001`), 'upstream_authentication'],
    ['no iterations', (nonce) => saslContinue(`r=${nonce}x,s=YQ==,i=0`), 'upstream_authentication'],
    ['another nonce', () => saslContinue('r=other,s=YQ==,i=4096'), 'upstream_authentication'],
    ['AuthenticationOk in the middle', () => AUTHENTICATION_OK, 'upstream_protocol'],
    ['a second start', () => SASL, 'upstream_protocol'],
    ['an early end', () => saslFinal('v=YQ=='), 'upstream_protocol'],
  ])('SCRAM with %s gets no proof', async (_name, next, code) => {
    const answerWith = password((body, socket) => socket.write(next(nonceIn(body))));
    await using upstream = await scriptedUpstream(...scramStart, answerWith, expectNothingMore);
    expect(await failureOf(connectTo(upstream.port))).toBe(code);
  });

  it.each<[string, Buffer, string]>([
    ['does not know the password', saslFinal(`v=${Buffer.alloc(32).toString('base64')}`), 'upstream_authentication'],
    ['leaves out its own proof', AUTHENTICATION_OK, 'upstream_protocol'],
    ['ends with an error', saslFinal('e=other-error'), 'upstream_authentication'],
  ])('SCRAM and %s is not trusted', async (_name, last, code) => {
    await using upstream = await scriptedUpstream(
      ...scramStart,
      password((body, socket) => socket.write(saslContinue(`r=${nonceIn(body)}x,s=YQ==,i=4096`))),
      password(),
      send(last, AUTHENTICATION_OK, READY),
      expectNothingMore,
    );
    expect(await failureOf(connectTo(upstream.port))).toBe(code);
  });
});

describe('an upstream that refuses', () => {
  it('is quoted with all of its fields', async () => {
    const fields = ['SFATAL', 'VFATAL', 'C3D000', 'Mdatabase "shop" does not exist', 'Hask', 'q\u001b[31mred', 'Fx.c'];
    await using upstream = await scriptedUpstream(startup, send(report('E', ...fields)), expectNothingMore);
    const error = await errorOf(connectTo(upstream.port));
    if (!(error instanceof UpstreamRefusal)) throw error;
    expect(error.sqlstate).toBe('3D000');
    expect([...error.fields].map(([letter, text]) => letter + text)).toEqual(fields);
  });

  it('without a code of its own is an internal error of the upstream', async () => {
    await using upstream = await scriptedUpstream(startup, send(AUTHENTICATION_OK, report('E', 'Mno')));
    expect(await errorOf(connectTo(upstream.port))).toMatchObject({ sqlstate: 'XX000' });
  });
});

describe('a login that works', () => {
  const greeting = [
    parameterStatus('server_version', '16.2'),
    parameterStatus('TimeZone', 'UTC'),
    parameterStatus('TimeZone', 'CET'),
  ];

  it('keeps what is to be forwarded in its order', async () => {
    const notice = report('N', 'SNOTICE', 'VNOTICE', 'C00000', 'Mwelcome');
    await using upstream = await scriptedUpstream(
      startup,
      send(AUTHENTICATION_OK, ...greeting, notice, BACKEND_KEY_DATA, READY),
    );
    const session = await connectTo(upstream.port);
    expect(Buffer.concat(session.greeting)).toEqual(Buffer.concat([...greeting, notice]));
    expect(session.cancelKey).toEqual({ processId: 4_711, secretKey: hex('12345678') });
    expect(session).toMatchObject({ readyStatus: 'I', address: { address: '127.0.0.1', host: 'db.test' } });
    session.socket.destroy();
  });

  it('has no cancel key where the upstream gives none', async () => {
    await using upstream = await scriptedUpstream(startup, send(AUTHENTICATION_OK, READY));
    const session = await connectTo(upstream.port);
    expect(session.cancelKey).toBeNull();
    session.socket.destroy();
  });

  it('brings no control characters to a terminal', async () => {
    await using upstream = await scriptedUpstream(
      startup,
      send(
        AUTHENTICATION_OK,
        parameterStatus('server_version', '16\u001b]8;;http://evil\u0007'),
        report('N', 'SNOTICE', 'Mhi\u001b[2J\r\u202e'),
        parameterStatus('is_superuser', 'off'),
        READY,
      ),
    );
    const session = await connectTo(upstream.port);
    expect(Buffer.concat(session.greeting).toString()).not.toMatch(/[\u001b\u0007\r\u202e]/);
    expect(session.greeting[2]).toEqual(parameterStatus('is_superuser', 'off'));
    session.socket.destroy();
  });

  it('sends user and database of the target, whatever the parameters say', async () => {
    const packets: string[] = [];
    const record: Step = async (socket) => {
      socket.once('readable', () => packets.push(String(socket.read())));
      await new Promise((resolve) => socket.once('readable', resolve));
      socket.write(Buffer.concat([AUTHENTICATION_OK, READY]));
    };
    await using upstream = await scriptedUpstream(record);
    const parameters = new Map([
      ['user', 'postgres'],
      ['database', 'secrets'],
      ['application_name', 'psql'],
    ]);
    const session = await connectTo(upstream.port, {}, { startup: parameters });
    expect(packets[0]?.slice(8)).toBe('user\0alice\0database\0shop\0application_name\0psql\0\0');
    session.socket.destroy();
  });

  it('keeps every byte behind ReadyForQuery, whatever the split', async () => {
    const surplus = report('E', 'SFATAL', 'C57P01', 'Mterminating connection');
    const all = Buffer.concat([AUTHENTICATION_OK, ...greeting, READY, surplus]);
    for (let split = AUTHENTICATION_OK.length; split < all.length; split++) {
      const halves: Step = async (socket) => {
        socket.write(all.subarray(0, split));
        await new Promise((resolve) => setImmediate(resolve));
        socket.end(all.subarray(split));
      };
      await using upstream = await scriptedUpstream(startup, halves);
      const { socket } = await connectTo(upstream.port);
      expect((await readToEnd(socket)).equals(surplus), `split at ${split}`).toBe(true);
      socket.destroy();
    }
  });

  it('goes to the next address when the first does not answer', async () => {
    await using upstream = await scriptedUpstream(startup, send(AUTHENTICATION_OK, READY));
    const dialPolicy = {
      allowedNetworks: parseNetworks(['127.0.0.0/8']),
      allowedPorts: [upstream.port],
      listed: [],
      forbidden: [],
      lookup: async () => ['127.0.0.99', '127.0.0.1'],
    };
    const session = await connectTo(upstream.port, {}, { dialPolicy });
    expect(session.address.address).toBe('127.0.0.1');
    session.socket.destroy();
  });
});

describe('a wait on an upstream', () => {
  it.each<[string, readonly Step[], Partial<UpstreamTarget>]>([
    ['for TLS', [answerSslRequest('')], { tls: TLS }],
    ['for its handshake', [answerSslRequest('S')], { tls: TLS }],
    ['for its login', [startup], {}],
  ])('%s ends with the signal’s reason, and the connection with it', async (_name, steps, target) => {
    const deadline = new AbortController();
    const giveUp: Step = () => deadline.abort(new Error('nobody waits any more'));
    const untilClosed: Step = async (socket) => {
      await readToEnd(socket).catch(() => {});
    };
    await using upstream = await scriptedUpstream(...steps, giveUp, untilClosed);
    const connecting = connectTo(upstream.port, target, { signal: deadline.signal });
    await expect(connecting).rejects.toThrow('nobody waits any more');
  });
});

describe('an upstream that takes the connection and is silent', () => {
  it.each<[string, Partial<UpstreamTarget>, number, Step]>([
    ['at SSLRequest is given up after 5 s', { tls: TLS }, 5_000, answerSslRequest('')],
    ['in the login is given up after 10 s', {}, 10_000, startup],
  ])('%s', async (_name, target, limitMs, step) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    await using upstream = await scriptedUpstream(step, () => {
      vi.advanceTimersByTime(limitMs);
    });
    const error = await errorOf(connectTo(upstream.port, target));
    expect(error).toMatchObject({ code: 'upstream_unreachable', cause: { reason: 'silent' } });
  });
});

async function errorOf(connecting: Promise<UpstreamSession>): Promise<unknown> {
  return await connecting.then(
    (session) => {
      session.socket.destroy();
      throw new Error('the login worked');
    },
    (error: unknown) => error,
  );
}

/** The error's code; no text of the far side is in its message. */
async function failureOf(connecting: Promise<UpstreamSession>): Promise<string> {
  const error = await errorOf(connecting);
  if (!(error instanceof PosternError)) throw error;
  if (error.code === 'upstream_unreachable') expect(error.cause).toBeInstanceOf(ConnectFailure);
  return error.code;
}

function nonceIn(body: Buffer): string {
  const nonce = /r=([^,]+)$/.exec(body.toString())?.[1];
  if (nonce === undefined) throw new Error('no client nonce');
  return nonce;
}

function otherMechanism(): Buffer {
  return authentication(10, (writer) => writer.addCString('OAUTHBEARER').addCString(''));
}

/** Plays the step when the first bytes of the handshake have come. */
function afterHello(step: Step): Step {
  return async (socket) => {
    await new Promise((resolve) => socket.once('readable', resolve));
    socket.read();
    await step(socket);
  };
}
