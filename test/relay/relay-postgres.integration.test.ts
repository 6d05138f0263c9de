import { once } from 'node:events';
import { connect } from 'node:tls';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Relay } from '../../src/relay/relay.ts';
import { Secret } from '../../src/secret.ts';
import { acceptTls } from '../../src/wire/accept-tls.ts';
import { surviveErrors } from '../../src/wire/wait-on-stream.ts';
import { builtMessage } from '../protocol/packet-fixtures.ts';
import { waitUntil } from '../support/wait-until.ts';
import { certificatesOnDisk } from '../wire/certificates-on-disk.ts';
import { socketPair } from '../wire/loopback.ts';
import { PASSWORD, type PostgresWithTls, startPostgresWithTls } from '../wire/postgres-with-tls.ts';
import { connectTo } from '../wire/scripted-upstream.ts';
import { NOTICE, QUERY, splitMessages, TERMINATE } from './relay-fixtures.ts';

const never = new AbortController().signal;

let postgres: PostgresWithTls;
beforeAll(async () => {
  postgres = await startPostgresWithTls();
});
afterAll(() => postgres[Symbol.asyncDispose]());

/** A client program in TLS, relayed to a session on the real Postgres in TLS. */
async function relayedSession() {
  const disk = await certificatesOnDisk(['gate.test']);
  const pair = await socketPair();
  const client = connect({ socket: pair.far, rejectUnauthorized: false });
  surviveErrors(client);
  const accepted = await acceptTls(pair.near, disk.certificates, {
    kind: 'after_ssl_request',
    asksForKey: true,
    signal: never,
  });
  const tls = { mode: 'verify-full', ca: postgres.ca.caPem, serverName: null, clientCertificate: null } as const;
  const target = { user: 'scram_role', password: new Secret(PASSWORD), database: 'postgres', tls };
  const { socket, readyStatus } = await connectTo(postgres.port, target);
  const relay = new Relay({ client: accepted.socket, upstream: socket, readyStatus });
  return {
    client,
    relay,
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
      await pair[Symbol.asyncDispose]();
      await disk[Symbol.asyncDispose]();
    },
  };
}

async function cancelSleepers(): Promise<void> {
  const admin = new pg.Client({ connectionString: postgres.adminUrl });
  await admin.connect();
  await admin.query("select pg_cancel_backend(pid) from pg_stat_activity where query like 'begin; select pg_sleep%'");
  await admin.end();
}

function query(sql: string): Buffer {
  return builtMessage('Q', (writer) => writer.addCString(sql));
}

describe('through TLS on both sides, with a real Postgres', () => {
  it('notices inserted into a result of 40 MB leave each row intact', async () => {
    await using session = await relayedSession();
    const { client, relay } = session;
    const chunks: Buffer[] = [];
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
    client.write(query('select i, repeat(md5(i::text), 12) from generate_series(1, 100000) as i'));
    const outcomes: Promise<string>[] = [];
    await waitUntil(() => {
      for (let count = 0; count < 4; count++) outcomes.push(relay.inject(NOTICE));
      return relay.bytesToClient > 0 && !relay.isQueryRunning;
    }, 'the result ends');
    client.end(TERMINATE);
    await once(client, 'end');
    expect(await relay.finished).toEqual({ kind: 'client_closed', clean: true });
    const messages = splitMessages(Buffer.concat(chunks));
    const injected = messages.filter((message) => message.equals(NOTICE));
    const sent = (await Promise.all(outcomes)).filter((outcome) => outcome === 'sent');
    expect(injected).toHaveLength(sent.length);
    expect(injected.length).toBeGreaterThan(5);
    const rows = messages.filter((message) => message[0] === 0x44);
    expect(rows).toHaveLength(100_000);
    expect(relay.bytesToClient).toBe(Buffer.concat(chunks).length - injected.length * NOTICE.length);
  });

  // Node: SSL_shutdown on our side of the upstream's TLS dropped the replies that had arrived and
  // were not read yet.
  it.each([1, 2, 3, 4, 5])(
    'a client that pipelines its queries and closes its side gets every reply (%i)',
    async () => {
      await using session = await relayedSession();
      const { client, relay } = session;
      const chunks: Buffer[] = [];
      client.on('data', (chunk: Buffer) => chunks.push(chunk));
      client.end(Buffer.concat([...Array.from({ length: 50 }, () => QUERY), TERMINATE]));
      await once(client, 'end');
      const messages = splitMessages(Buffer.concat(chunks));
      expect(messages.filter((message) => message[0] === 0x5a)).toHaveLength(50);
      expect(await relay.finished).toEqual({ kind: 'client_closed', clean: true });
    },
  );

  it('an idle client that vanishes ends the relay with no query running', async () => {
    await using session = await relayedSession();
    session.client.end();
    expect(await session.relay.finished).toEqual({ kind: 'client_closed', clean: false });
    expect(session.relay.isQueryRunning).toBe(false);
  });

  it('the transaction status follows the session', async () => {
    await using session = await relayedSession();
    const { client, relay } = session;
    client.resume();
    for (const [sql, status] of [
      ['begin', 'T'],
      ['select 1/0', 'E'],
      ['rollback', 'I'],
    ] as const) {
      client.write(query(sql));
      await waitUntil(() => relay.transactionStatus === status && !relay.isQueryRunning, `status ${status}`);
    }
  });

  it('the query state follows the session, through a pipeline and both kinds of COPY', async () => {
    await using session = await relayedSession();
    const { client, relay } = session;
    client.resume();
    const reaches = (state: string) => waitUntil(() => relay.queries.state === state, `state ${state}`);
    expect(relay.queries.state).toBe('idle');
    // The first of two is answered at once; the second goes on until it is canceled.
    client.write(Buffer.concat([query('select 1'), query('begin; select pg_sleep(600)')]));
    await waitUntil(() => relay.bytesToClient > 0, 'the first answer');
    expect(relay.queries.state).toBe('running');
    await cancelSleepers();
    await reaches('idle');
    client.write(query('rollback; create temp table copied (line text); copy copied from stdin'));
    await reaches('copying');
    client.write(builtMessage('c', (writer) => writer));
    await reaches('idle');
    // Nothing reads it, so it is under way until then.
    client.pause();
    client.write(query('copy (select repeat($$x$$, 1000) from generate_series(1, 200000)) to stdout'));
    await reaches('copying');
    client.resume();
    await reaches('idle');
    expect(relay.transactionStatus).toBe('I');
  });

  it('a stopped server ends the relay after its own last message', async () => {
    await using session = await relayedSession();
    const { client, relay } = session;
    const chunks: Buffer[] = [];
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
    client.write(query('select pg_terminate_backend(pg_backend_pid())'));
    await once(client, 'end');
    expect(await relay.finished).toEqual({ kind: 'upstream_closed' });
    expect(Buffer.concat(chunks).toString()).toContain('C57P01');
  });
});
