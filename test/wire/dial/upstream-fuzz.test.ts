import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PosternError } from '../../../src/errors.ts';
import { UpstreamRefusal } from '../../../src/wire/dial/connect-failure.ts';
import { SEED } from '../../protocol/packet-fixtures.ts';
import {
  AUTHENTICATION_OK,
  BACKEND_KEY_DATA,
  CLEARTEXT_PASSWORD,
  parameterStatus,
  READY,
  report,
  SASL,
  saslContinue,
} from '../login-fixtures.ts';
import { connectTo, hangUp, scriptedUpstream, send, startup } from '../scripted-upstream.ts';

const PARTS = [
  AUTHENTICATION_OK,
  CLEARTEXT_PASSWORD,
  SASL,
  saslContinue('r=abc,s=YQ==,i=4096'),
  parameterStatus('server_version', '16.2'),
  report('N', 'SNOTICE', 'Mhi'),
  report('E', 'SFATAL', 'C28P01', 'Mno'),
  BACKEND_KEY_DATA,
  READY,
];

const aPart = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...PARTS) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
);

/** A login's messages in any order, with bytes changed and cut anywhere. */
const aScript = fc
  .record({
    parts: fc.array(aPart, { maxLength: 8 }),
    changes: fc.array(fc.record({ at: fc.nat(400), to: fc.nat(255) }), { maxLength: 3 }),
    cuts: fc.array(fc.nat(400), { maxLength: 4 }),
  })
  .map(({ parts, changes, cuts }) => {
    const bytes = Buffer.concat([AUTHENTICATION_OK, ...parts]);
    for (const { at, to } of changes) if (at < bytes.length) bytes[at] = to;
    const ends = [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
    return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
  });

describe('whatever an upstream says', () => {
  it('the login ends in a session or in an error that names no byte of it', async () => {
    const property = fc.asyncProperty(aScript, async (chunks) => {
      await using upstream = await scriptedUpstream(startup, ...chunks.map((chunk) => send(chunk)), hangUp);
      const outcome = await connectTo(upstream.port).catch((error: unknown) => error);
      if (outcome instanceof PosternError || outcome instanceof UpstreamRefusal) return;
      expect(outcome).toHaveProperty('socket.destroyed', false);
      Reflect.get(Object(outcome), 'socket').destroy();
    });
    await fc.assert(property, { seed: SEED, numRuns: 400 });
  });
});
