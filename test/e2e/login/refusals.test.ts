// What psql prints when it is refused: one message on one connection, after AuthenticationOk over
// TLS, so that libpq does not retry in clear text.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, finish, linkOf, openDesk } from '../../support/nodes/desk.ts';
import type { TestNode } from '../../support/nodes/postern-for-tests.ts';
import type { PsqlRun } from '../../support/nodes/psql.ts';
import { startTcpRelay } from '../../support/nodes/tcp-relay-for-tests.ts';

let desk: Desk;
/** For those that need a node of their own. */
const nodes = new Map<Refusal, TestNode>();

beforeAll(async () => {
  desk = await openDesk();
  for (const refusal of REFUSALS) {
    if (refusal.environment !== undefined) nodes.set(refusal, await desk.startNode(refusal.environment));
  }
});

afterAll(() => desk.close());

interface Refusal {
  readonly reason: string;
  /** Of the node. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly pgOptions?: string;
  /** What the person does where a link is shown. */
  readonly decide?: (psql: PsqlRun) => Promise<unknown>;
  readonly message: string;
  readonly hint: string;
}

const deny = async (psql: PsqlRun) => await desk.browser.deny(await linkOf(psql));
const approve = async (psql: PsqlRun) => await desk.browser.approve(await linkOf(psql));

const REFUSALS: readonly Refusal[] = [
  {
    reason: 'the person denies',
    decide: deny,
    message: 'login was denied',
    hint: 'Run the command again if this was a mistake.',
  },
  {
    reason: 'nobody decides',
    environment: { POSTERN_LOGIN_TTL: '1s' },
    decide: linkOf,
    message: 'login request expired after 1 second',
    hint: 'Run the command again to get a new link.',
  },
  {
    reason: 'its network may not ask',
    environment: { POSTERN_ALLOWED_NETWORKS: '192.0.2.0/24' },
    message: 'connections from 127.0.0.1 are not allowed',
    hint: 'Ask an organization admin to add this address.',
  },
  {
    reason: 'it wants another database role',
    pgOptions: '-c role=postgres',
    message: 'parameter "role" cannot be set at connection start',
    hint: 'The database role was chosen when the login was approved.',
  },
  {
    reason: 'it wants to replicate',
    args: ['-d', 'dbname=alexlopez replication=database'],
    decide: approve,
    message: 'replication connections are not allowed on this compute',
    hint: 'An admin can allow them on the compute.',
  },
];

const VERSIONS = ['15', '17', '18'] as const;
const CASES = VERSIONS.flatMap((version) => REFUSALS.map((refusal) => [version, refusal.reason, refusal] as const));

describe('psql that is refused', () => {
  // At the same time: a denial takes a while to become final.
  it.concurrent.each(CASES)('gets one message, in version %s, when %s', async (version, _reason, refusal) => {
    const node = nodes.get(refusal) ?? desk.node;
    await using relay = await startTcpRelay(node.pgPort);
    const psql = desk.psql([...(refusal.args ?? []), '-c', 'select 1'], {
      version,
      at: { pgPort: relay.port },
      env: refusal.pgOptions === undefined ? {} : { PGOPTIONS: refusal.pgOptions },
    });
    await refusal.decide?.(psql);
    expect(await finish(psql)).toMatchObject({ code: 2, stdout: '' });
    expect(psql.stderr().match(/FATAL: {2}.*/g)).toEqual([`FATAL:  ${refusal.message}`]);
    expect(psql.stderr()).toContain(`HINT:  ${refusal.hint}`);
    expect(relay.connectionCount).toBe(1);
  });

  it('gets 53300 when newer logins of its address take its place', async () => {
    const node = await desk.startNode({ POSTERN_SHARED_NETWORKS: '', POSTERN_WAITING_PER_ADDRESS: '1' });
    await using relay = await startTcpRelay(node.pgPort);
    const first = desk.psql(['-c', 'select 1'], { at: { pgPort: relay.port } });
    await linkOf(first);
    const second = desk.psql(['-c', 'select 1'], { at: node });
    expect((await finish(first)).code).toBe(2);
    expect(first.stderr().match(/FATAL: {2}.*/g)).toEqual(['FATAL:  too many login requests from this address']);
    expect(relay.connectionCount).toBe(1);
    await desk.browser.approve(await linkOf(second));
    second.end();
    expect((await finish(second)).code).toBe(0);
  });
});
