import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  answerScramServer,
  finishScramClient,
  ScramRefused,
  type ScramStarted,
  startScramClient,
} from '../../src/protocol/scram-client.ts';
import { finishScram, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, startScram } from '../../src/protocol/scram-server.ts';
import { makeVerifier, ScramKeys } from '../../src/protocol/scram-verifier.ts';
import type { ChannelBinding } from '../../src/protocol/tls-server-end-point.ts';
import { hex } from './packet-fixtures.ts';

const BINDING: ChannelBinding = { kind: 'tls-server-end-point', data: hex('aabbcc') };
const NO_BINDING: ChannelBinding = { kind: 'none' };
const BOTH = [SCRAM_SHA_256_PLUS, SCRAM_SHA_256];
const NONCE = 'rOprNGfwEbeRWgbNEkqO';
const SERVER_FIRST = `r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;
/** Of the example in RFC 7677, section 3. */
const EXAMPLE: ScramStarted = {
  mechanism: SCRAM_SHA_256,
  clientFirst: `n,,n=user,r=${NONCE}`,
  clientFirstBare: `n=user,r=${NONCE}`,
  clientNonce: NONCE,
  binding: 'biws',
};
const secret = () => ({ password: 'pencil', keys: new ScramKeys() });

describe('the client’s side of SCRAM', () => {
  it('reproduces the example of RFC 7677 to the byte, and takes its end as proof', async () => {
    const answered = await answerScramServer(EXAMPLE, SERVER_FIRST, secret());
    expect(answered.clientFinal).toBe(
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    );
    finishScramClient(answered, 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
    for (const end of [`v=${Buffer.alloc(32).toString('base64')}`, 'e=invalid-proof', '']) {
      expect(() => finishScramClient(answered, end), end).toThrow(ScramRefused);
    }
  });

  it.each([
    ['in clear text', null, [SCRAM_SHA_256], NO_BINDING, SCRAM_SHA_256],
    ['in clear text beside a -PLUS that it cannot do', null, BOTH, NO_BINDING, SCRAM_SHA_256],
    ['over TLS', BINDING, BOTH, BINDING, SCRAM_SHA_256_PLUS],
    ['over TLS to a server without -PLUS', BINDING, [SCRAM_SHA_256], NO_BINDING, SCRAM_SHA_256],
  ] as const)('logs in %s', async (_name, ours, offered, theirs, mechanism) => {
    const started = startScramClient(offered, ours);
    expect(started.mechanism).toBe(mechanism);
    const server = startScram({
      mechanism,
      clientFirst: Buffer.from(started.clientFirst),
      channelBinding: theirs,
      verifier: await makeVerifier('pencil'),
    });
    if (server.kind !== 'challenge') throw new Error(server.reason);
    const answered = await answerScramServer(started, server.serverFirst, secret());
    const finish = finishScram(server.exchange, Buffer.from(answered.clientFinal));
    if (finish.kind !== 'ok') throw new Error(finish.reason);
    finishScramClient(answered, finish.serverFinal);
  });

  it('tells a server with -PLUS that it was removed from the list', () => {
    const { clientFirst } = startScramClient([SCRAM_SHA_256], BINDING);
    expect(clientFirst.startsWith('y,,')).toBe(true);
  });

  it.each([
    ['unknown mechanisms', ['SCRAM-SHA-1'], BINDING],
    ['-PLUS alone in clear text', [SCRAM_SHA_256_PLUS], null],
    ['a certificate that cannot be bound to', BOTH, NO_BINDING],
  ] as const)('does not start with %s', (_name, offered, binding) => {
    expect(() => startScramClient(offered, binding)).toThrow(ScramRefused);
  });

  it.each([
    ['100,001 iterations', SERVER_FIRST.replace('i=4096', 'i=100001')],
    ['no iterations', SERVER_FIRST.replace('i=4096', 'i=0')],
    ['another nonce', SERVER_FIRST.replace(NONCE, 'other')],
    ['its own nonce alone', `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
    ['a salt that is no base64', SERVER_FIRST.replace('W22', '***')],
    ['an extension that one must understand', `m=x,${SERVER_FIRST}`],
  ])('proves nothing to a server with %s', async (_name, serverFirst) => {
    await expect(answerScramServer(EXAMPLE, serverFirst, secret())).rejects.toThrow(ScramRefused);
  });
});

describe('the keys that are kept', () => {
  const salt = randomBytes(16);
  const few = { salt, iterations: 1 };

  it('are derived once for the same password, salt and count, and anew for any other', async () => {
    const keys = new ScramKeys();
    const first = await keys.derive('pencil', few);
    expect(await keys.derive('pencil', { salt: Buffer.from(salt), iterations: 1 })).toBe(first);
    const others = [
      await keys.derive('pencils', few),
      await keys.derive('pencil', { salt, iterations: 2 }),
      await keys.derive('pencil', { salt: randomBytes(16), iterations: 1 }),
    ];
    for (const other of others) expect(other.clientKey).not.toEqual(first.clientKey);
  });

  it('are those of the last thousand that were used', async () => {
    const keys = new ScramKeys();
    const [used, unused] = [await keys.derive('used', few), await keys.derive('unused', few)];
    for (let index = 0; index < 999; index += 1) {
      await keys.derive(`password ${index}`, few);
      expect(await keys.derive('used', few)).toBe(used);
    }
    expect(await keys.derive('unused', few)).not.toBe(unused);
  });
});
