import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UpstreamTls } from '../../../src/protocol/upstream-tls.ts';
import { Secret } from '../../../src/secret.ts';
import { cancelUpstream } from '../../../src/wire/dial/cancel-upstream.ts';
import type { UpstreamSession } from '../../../src/wire/dial/connect-upstream.ts';
import { builtMessage, hex } from '../../protocol/packet-fixtures.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { closedPort, readBytes } from '../loopback.ts';
import { PASSWORD, type PostgresWithTls, run, startPostgresWithTls } from '../postgres-with-tls.ts';
import { answerSslRequest, connectTo, expectNothingMore, scriptedUpstream } from '../scripted-upstream.ts';

const never = new AbortController().signal;
const KEY = { processId: -2, secretKey: hex('deadbeef') };
const CLEAR: UpstreamTls = { mode: 'disable' };

function loopback(port: number) {
  return { address: '127.0.0.1', family: 4, port, host: 'db.test' } as const;
}

describe('a cancel', () => {
  let postgres: PostgresWithTls;
  beforeAll(async () => {
    postgres = await startPostgresWithTls();
  });
  afterAll(() => postgres[Symbol.asyncDispose]());

  const modes = (): UpstreamTls[] => [
    CLEAR,
    { mode: 'verify-full', ca: postgres.ca.caPem, serverName: null, clientCertificate: null },
  ];

  it.each([0, 1])('ends the running query and nothing else, in clear text and in TLS (%i)', async (index) => {
    const tls = modes()[index] ?? CLEAR;
    const target = { user: 'scram_role', password: new Secret(PASSWORD), database: 'postgres', tls };
    const session = await connectTo(postgres.port, target);
    session.socket.write(builtMessage('Q', (writer) => writer.addCString('select pg_sleep(600)')));
    await waitUntil(() => isSleeping(session), 'the query runs');
    await cancelUpstream({
      address: session.address,
      tls,
      namedBy: 'tenant',
      cancelKey: keyOf(session),
      signal: never,
    });
    expect(await replyOf(session)).toContain('C57014');
    session.socket.write(builtMessage('Q', (writer) => writer.addCString("select 'still ' || 'there'")));
    expect(await replyOf(session)).toContain('still there');
    session.socket.destroy();
  });

  it('of an unknown key is answered like any other', async () => {
    await cancelUpstream({
      address: loopback(postgres.port),
      tls: CLEAR,
      namedBy: 'tenant',
      cancelKey: KEY,
      signal: never,
    });
  });

  async function isSleeping({ cancelKey }: UpstreamSession): Promise<boolean> {
    const where = `pid = ${cancelKey?.processId} and state = 'active' and query like '%pg_sleep%'`;
    const rows = await run(postgres.adminUrl, `select 1 from pg_stat_activity where ${where}`);
    return rows.length === 1;
  }
});

describe('a CancelRequest', () => {
  it('is the packet of the documentation, and the close is waited for', async () => {
    const packets: Buffer[] = [];
    let hasClosed = false;
    await using upstream = await scriptedUpstream(
      async (socket) => {
        packets.push(await readBytes(socket, 16));
      },
      (socket) => {
        hasClosed = true;
        socket.end();
      },
    );
    await cancelUpstream({
      address: loopback(upstream.port),
      tls: CLEAR,
      namedBy: 'tenant',
      cancelKey: KEY,
      signal: never,
    });
    expect(packets).toEqual([hex('00000010 04d2162e fffffffe deadbeef')]);
    expect(hasClosed).toBe(true);
  });

  it('is not sent in clear text where TLS was asked for', async () => {
    const tls: UpstreamTls = { mode: 'require', ca: null, serverName: null, clientCertificate: null };
    await using upstream = await scriptedUpstream(answerSslRequest('N'), expectNothingMore);
    const cancelling = cancelUpstream({
      address: loopback(upstream.port),
      tls,
      namedBy: 'tenant',
      cancelKey: KEY,
      signal: never,
    });
    await expect(cancelling).rejects.toMatchObject({ code: 'upstream_tls' });
  });

  it('that is never answered by a close ends with the signal’s reason', async () => {
    const deadline = new AbortController();
    await using upstream = await scriptedUpstream(
      async (socket) => {
        await readBytes(socket, 16);
      },
      () => deadline.abort(new Error('too slow')),
    );
    const address = loopback(upstream.port);
    const cancelling = cancelUpstream({
      address,
      tls: CLEAR,
      namedBy: 'tenant',
      cancelKey: KEY,
      signal: deadline.signal,
    });
    await expect(cancelling).rejects.toThrow('too slow');
  });

  it('that reaches nobody is an error for the log', async () => {
    const address = loopback(await closedPort());
    const cancelling = cancelUpstream({ address, tls: CLEAR, namedBy: 'tenant', cancelKey: KEY, signal: never });
    await expect(cancelling).rejects.toMatchObject({ reason: 'refused' });
  });
});

function keyOf({ cancelKey }: UpstreamSession) {
  if (cancelKey === null) throw new Error('the upstream gave no cancel key');
  return cancelKey;
}

/** The text of everything up to ReadyForQuery. */
async function replyOf({ socket }: UpstreamSession): Promise<string> {
  let reply = Buffer.alloc(0);
  while (reply.subarray(-6, -1).toString('hex') !== '5a00000005') {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) await once(socket, 'readable');
    else reply = Buffer.concat([reply, chunk]);
  }
  return reply.toString();
}
