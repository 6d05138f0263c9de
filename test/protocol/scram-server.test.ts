import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  finishScram,
  SCRAM_SHA_256,
  SCRAM_SHA_256_PLUS,
  type ScramStartInput,
  scramMechanisms,
  startScram,
} from '../../src/protocol/scram-server.ts';
import { makeVerifier, mockVerifier, type ScramVerifier } from '../../src/protocol/scram-verifier.ts';
import { type ChannelBinding, tlsServerEndPoint } from '../../src/protocol/tls-server-end-point.ts';
import { hex, SEED } from './packet-fixtures.ts';
import { type CertifiedStream, pgSasl } from './pg-scram-client.ts';

const NO_BINDING: ChannelBinding = { kind: 'none' };
const BINDING: ChannelBinding = { kind: 'tls-server-end-point', data: hex('aabbcc') };
const PASSWORD = 'pencil';
let verifier: ScramVerifier;

beforeAll(async () => {
  verifier = await makeVerifier(PASSWORD);
});

/** A whole login with node-postgres as the client; resolves with how our side ended it. */
async function logIn(options: {
  password: string;
  verifier: ScramVerifier;
  channelBinding: ChannelBinding;
  stream: CertifiedStream | null;
  mechanisms?: string[];
}): Promise<string> {
  const { channelBinding, stream } = options;
  const session = pgSasl.startSession(options.mechanisms ?? scramMechanisms(channelBinding), stream);
  const start = startScram({
    mechanism: session.mechanism,
    clientFirst: Buffer.from(session.response),
    channelBinding,
    verifier: options.verifier,
  });
  if (start.kind === 'failed') return start.reason;
  await pgSasl.continueSession(session, options.password, start.serverFirst, stream);
  const finish = finishScram(start.exchange, Buffer.from(session.response));
  if (finish.kind === 'failed') return finish.reason;
  pgSasl.finalizeSession(session, finish.serverFinal);
  return `${session.mechanism} ok`;
}

describe('the example of RFC 7677', () => {
  it('is reproduced to the byte', async () => {
    const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
    const start = startScram({
      mechanism: SCRAM_SHA_256,
      clientFirst: Buffer.from('n,,n=user,r=rOprNGfwEbeRWgbNEkqO'),
      channelBinding: NO_BINDING,
      verifier: await makeVerifier('pencil', { iterations: 4_096, salt }),
      serverNonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    });
    if (start.kind !== 'challenge') throw new Error(start.reason);
    expect(start.serverFirst).toBe(
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    );
    const clientFinal =
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=';
    expect(finishScram(start.exchange, Buffer.from(clientFinal))).toEqual({
      kind: 'ok',
      serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    });
  });
});

describe('a node-postgres client', () => {
  const certificate = new X509Certificate(rootCertificates[0] ?? '').raw;
  const stream: CertifiedStream = { getPeerCertificate: () => ({ raw: certificate }) };
  const otherStream: CertifiedStream = { getPeerCertificate: () => ({ raw: Buffer.concat([certificate, hex('00')]) }) };
  const channelBinding = tlsServerEndPoint(certificate);

  it('gets in without TLS by SCRAM-SHA-256', async () => {
    const login = { password: PASSWORD, verifier, channelBinding: NO_BINDING, stream: null };
    expect(await logIn(login)).toBe('SCRAM-SHA-256 ok');
  });

  it('gets in over TLS by SCRAM-SHA-256-PLUS', async () => {
    expect(await logIn({ password: PASSWORD, verifier, channelBinding, stream })).toBe('SCRAM-SHA-256-PLUS ok');
  });

  it('gets in over TLS without -PLUS when nothing can be bound to', async () => {
    expect(await logIn({ password: PASSWORD, verifier, channelBinding: NO_BINDING, stream })).toBe('SCRAM-SHA-256 ok');
  });

  it('gets in with -PLUS offered when it cannot bind itself', async () => {
    const login = { password: PASSWORD, verifier, channelBinding, stream: null };
    expect(await logIn(login)).toBe('SCRAM-SHA-256 ok');
  });

  it.each(['pässwörd', 'ﬁve\u00a0spaces', 'soft\u00adhyphen', 'ⅸ', '密碼 🔑', 'a,b=c"'])(
    'gets in with the password "%s"',
    async (password) => {
      const own = await makeVerifier(password);
      expect(await logIn({ password, verifier: own, channelBinding, stream })).toBe('SCRAM-SHA-256-PLUS ok');
    },
  );

  it('is refused with a wrong password, bound or not', async () => {
    const login = { password: 'Pencil', verifier };
    expect(await logIn({ ...login, channelBinding, stream })).toBe('wrong_proof');
    expect(await logIn({ ...login, channelBinding: NO_BINDING, stream: null })).toBe('wrong_proof');
  });

  it('is refused under a name that has no password, whatever it tries', async () => {
    const mock = mockVerifier(Buffer.alloc(32, 7), 'nobody');
    for (const password of [PASSWORD, 'nobody', mock.storedKey.toString('base64')]) {
      expect(await logIn({ password, verifier: mock, channelBinding, stream })).toBe('wrong_proof');
    }
  });

  it('is refused when a man in the middle shows another certificate', async () => {
    const login = { password: PASSWORD, verifier, channelBinding, stream: otherStream };
    expect(await logIn(login)).toBe('wrong_channel_binding');
  });

  it('is refused when a man in the middle removed -PLUS from the offer', async () => {
    const login = { password: PASSWORD, verifier, channelBinding, stream, mechanisms: [SCRAM_SHA_256] };
    expect(await logIn(login)).toBe('downgrade');
  });
});

describe('the first message of a client', () => {
  const start = (clientFirst: string | Buffer, over: Partial<ScramStartInput> = {}) =>
    startScram({
      mechanism: SCRAM_SHA_256,
      clientFirst: Buffer.from(clientFirst),
      channelBinding: BINDING,
      verifier,
      ...over,
    });

  it('is answered with salt, iterations and a nonce that begins with the client’s', () => {
    const answers = [start('n,,n=,r=abc'), start('n,,n=,r=abc')].map((answer) =>
      answer.kind === 'challenge' ? answer.serverFirst : answer.reason,
    );
    for (const answer of answers) {
      expect(answer).toMatch(/^r=abc[A-Za-z0-9+/]{24},s=[A-Za-z0-9+/]{22}==,i=4096$/);
    }
    expect(answers[0]).not.toBe(answers[1]);
  });

  it.each(['n,,n=user,r=abc', 'n,,n=,r=abc,x=future', 'n,,n=a=2Cb,r=!'])('"%s" is accepted', (clientFirst) => {
    expect(start(clientFirst).kind).toBe('challenge');
  });

  it.each([
    ['nothing', ''],
    ['no nonce', 'n,,n=user'],
    ['an empty nonce', 'n,,n=user,r='],
    ['a nonce with a space', 'n,,n=user,r=a b'],
    ['a nonce with a NUL', 'n,,n=user,r=a\0'],
    ['a nonce with a letter beyond ASCII', 'n,,n=user,r=é'],
    ['no header', 'n=user,r=abc'],
    ['an unknown flag', 'x,,n=user,r=abc'],
    ['another identity', 'n,a=admin,n=user,r=abc'],
    ['a mandatory extension', 'n,,m=1,n=user,r=abc'],
    ['a broken extension', 'n,,n=user,r=abc,x'],
    ['bytes that are no UTF-8', hex('6e2c2c6e3dff2c723d61')],
  ])('with %s is malformed', (_what, clientFirst) => {
    expect(start(clientFirst)).toEqual({ kind: 'failed', reason: 'malformed' });
  });

  it.each([
    ['-PLUS without a binding', SCRAM_SHA_256_PLUS, 'n,,n=,r=a', BINDING, 'wrong_channel_binding'],
    ['-PLUS and flag y', SCRAM_SHA_256_PLUS, 'y,,n=,r=a', BINDING, 'wrong_channel_binding'],
    ['a binding of another kind', SCRAM_SHA_256_PLUS, 'p=tls-unique,,n=,r=a', BINDING, 'wrong_channel_binding'],
    ['a binding without -PLUS', SCRAM_SHA_256, 'p=tls-server-end-point,,n=,r=a', BINDING, 'wrong_channel_binding'],
    [
      '-PLUS that was not offered',
      SCRAM_SHA_256_PLUS,
      'p=tls-server-end-point,,n=,r=a',
      NO_BINDING,
      'unknown_mechanism',
    ],
    ['a binding called none', SCRAM_SHA_256, 'p=none,,n=,r=a', NO_BINDING, 'wrong_channel_binding'],
    ['flag y although -PLUS was offered', SCRAM_SHA_256, 'y,,n=,r=a', BINDING, 'downgrade'],
    ['another mechanism', 'PLAIN', 'n,,n=,r=a', BINDING, 'unknown_mechanism'],
  ])('with %s is refused', (_what, mechanism, clientFirst, channelBinding, reason) => {
    expect(start(clientFirst, { mechanism, channelBinding })).toEqual({ kind: 'failed', reason });
  });
});

describe('the last message of a client', () => {
  const nonce = 'abcSERVER';
  const proof = Buffer.alloc(32).toString('base64');
  const finish = (clientFinal: string | Buffer) => {
    const start = startScram({
      mechanism: SCRAM_SHA_256,
      clientFirst: Buffer.from('n,,n=,r=abc'),
      channelBinding: NO_BINDING,
      verifier,
      serverNonce: 'SERVER',
    });
    if (start.kind !== 'challenge') throw new Error(start.reason);
    return finishScram(start.exchange, Buffer.from(clientFinal));
  };

  it.each([
    ['nothing', '', 'malformed'],
    ['no proof', `c=biws,r=${nonce}`, 'malformed'],
    ['a short proof', `c=biws,r=${nonce},p=AAAA`, 'malformed'],
    ['a proof that is not base64', `c=biws,r=${nonce},p=${'?'.repeat(43)}=`, 'malformed'],
    ['something behind the proof', `c=biws,r=${nonce},p=${proof},x=y`, 'malformed'],
    ['no binding', `r=${nonce},p=${proof}`, 'malformed'],
    ['bytes that are no UTF-8', hex('ff'), 'malformed'],
    ['another header than in the first message', `c=eSws,r=${nonce},p=${proof}`, 'wrong_channel_binding'],
    ['the nonce of the client alone', `c=biws,r=abc,p=${proof}`, 'wrong_nonce'],
    ['the nonce of another exchange', `c=biws,r=${nonce}x,p=${proof}`, 'wrong_nonce'],
    ['a proof of nothing', `c=biws,r=${nonce},p=${proof}`, 'wrong_proof'],
    ['an extension and a proof of nothing', `c=biws,r=${nonce},x=y,p=${proof}`, 'wrong_proof'],
  ])('with %s fails and gets no signature', (_what, clientFinal, reason) => {
    expect(finish(clientFinal)).toEqual({ kind: 'failed', reason });
  });

  it('random messages never throw and never get in', () => {
    const text = fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.string({ maxLength: 80 }));
    fc.assert(
      fc.property(text, text, (first, last) => {
        const started = startScram({
          mechanism: SCRAM_SHA_256,
          clientFirst: Buffer.from(first),
          channelBinding: NO_BINDING,
          verifier,
        });
        expect(['challenge', 'failed']).toContain(started.kind);
        expect(finish(Buffer.from(last)).kind).toBe('failed');
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});
