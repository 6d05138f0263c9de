// Pools that restart behind one NAT: every connect with a right token gets in, however many a
// second come, and while the same address sends wrong ones.

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type Desk, openDesk } from '../../support/nodes/desk.ts';
import { BEHIND_FORWARDS, type Forward, forwardFrom } from '../../support/nodes/forward-from-address.ts';

/** How many a second is up to the machine; test/limits has 2,000 in one window of a limit. */
const CONNECTS = 600;
const TOKENS = 3;
/** What a token allows by default. */
const AT_ONCE_BY_TOKEN = 20;
const LIMIT_MS = 180_000;

let desk: Desk;
let nat: Forward;

beforeAll(async () => {
  const share = { POSTERN_CONNECTIONS_PER_PROJECT: String(TOKENS * AT_ONCE_BY_TOKEN) };
  desk = await openDesk({ environment: { ...BEHIND_FORWARDS, ...share } });
  nat = await forwardFrom('203.0.113.9', desk.node);
});

afterAll(async () => {
  nat.close();
  await desk.close();
});

interface Login {
  readonly user: string;
  readonly password: string;
}

async function newToken(index: number): Promise<Login> {
  const { accessToken, secret } = await createAccessToken(desk.node.postern.catalogue, SYSTEM_CONTEXT, {
    ...{ name: `pool ${index}`, computeId: desk.project.compute.id, owner: 'account', access: 'read_write' },
  });
  return { user: accessToken.id, password: secret.reveal() };
}

/** `1`, or what was said instead. */
async function connectOnce(login: Login): Promise<string> {
  const client = new pg.Client({ host: '127.0.0.1', port: nat.pgPort, ssl: { rejectUnauthorized: false }, ...login });
  client.on('error', () => {
    // The end of the socket; what went wrong is thrown by the call that met it.
  });
  try {
    await client.connect();
    const { rows } = await client.query('select 1 as one');
    return String(rows[0].one);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What each connect came to, with how often. */
async function connectAll(pools: readonly Login[], count: number): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  let left = count;
  const work = async (login: Login) => {
    while (left > 0) {
      left -= 1;
      const outcome = await connectOnce(login);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  };
  await Promise.all(pools.flatMap((login) => Array.from({ length: AT_ONCE_BY_TOKEN }, () => work(login))));
  return outcomes;
}

describe('connects with right tokens from one address', () => {
  it(`lose none of ${CONNECTS} to a limit, as fast as they come`, { timeout: LIMIT_MS }, async () => {
    const pools = await Promise.all(Array.from({ length: TOKENS }, (_, index) => newToken(index)));
    expect(await connectAll(pools, CONNECTS)).toEqual({ 1: CONNECTS });
  });

  it('lose none while the same address sends wrong secrets all the time', { timeout: LIMIT_MS }, async () => {
    const right = await newToken(TOKENS);
    const stop = new AbortController();
    const guess = async () => {
      while (!stop.signal.aborted) expect(await connectOnce({ ...right, password: 'wrong' })).not.toBe('1');
    };
    const guessing = Promise.all(Array.from({ length: 5 }, guess));
    expect(await connectAll([right], CONNECTS / 4)).toEqual({ 1: CONNECTS / 4 });
    stop.abort();
    await guessing;
  });
});
