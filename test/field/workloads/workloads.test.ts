// Programs without a secret: CI jobs and pods get in by what their own issuers say of them, and by
// nothing else.

import { createPublicKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorkloadToken, revokeAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import type { AccessTokenId } from '../../../src/ids.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { type Desk, finish, openDesk } from '../../support/nodes/desk.ts';
import { type PsqlRun, startPsql } from '../../support/nodes/psql.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { buildZoo } from '../build-zoo.ts';
import { BUILD_LIMIT_MS, clientOf } from '../zoo-desk.ts';
import {
  AUDIENCE,
  ISSUER_NAMES,
  type IssuerName,
  startWorkloadIssuers,
  WORKLOADS,
  type WorkloadIssuers,
} from './workload-issuers.ts';

const MINUTE_S = 60;

let town: WorkloadIssuers;
let desk: Desk;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const lines: string[] = [];

beforeAll(async () => {
  [town, folder] = await Promise.all([startWorkloadIssuers(), temporaryFolder(), buildZoo()]);
  const authority = join(folder.path, 'ca.pem');
  await writeFile(authority, town.caPem);
  desk = await openDesk({
    environment: { POSTERN_CA_FILE: authority, POSTERN_WEBHOOK_NETWORKS: '127.0.0.0/8,::1/128' },
    log: pino({ level: 'info' }, { write: (line) => lines.push(line) }),
  });
}, BUILD_LIMIT_MS);

afterAll(async () => {
  await desk.close();
  await folder[Symbol.asyncDispose]();
  await town[Symbol.asyncDispose]();
});

interface Trust {
  readonly issuer?: string;
  readonly conditions?: Readonly<Record<string, string>>;
  readonly access?: 'read_write' | 'read_only';
  readonly longestConnectionMs?: number;
}

async function trust(name: IssuerName, changes: Trust = {}): Promise<AccessTokenId> {
  const { catalogue } = desk.node.postern;
  const { issuer = town.issuers[name] ?? '', conditions = WORKLOADS[name].conditions, access = 'read_write' } = changes;
  const { id } = await createWorkloadToken(catalogue, await actingAs(catalogue, { userId: desk.person.id }), {
    name: `jobs of ${name}`,
    computeId: desk.project.compute.id,
    owner: 'self',
    access,
    maxConnections: 50,
    workload: {
      issuer,
      audience: AUDIENCE,
      conditions: { ...conditions },
      longestConnectionMs: changes.longestConnectionMs ?? null,
    },
  });
  return id;
}

function start(client: string, PGUSER: string, PGPASSWORD: string): PsqlRun {
  const { row: _row, link: _link, ...program } = clientOf(client);
  const { pgPort } = desk.node;
  const PGDATABASE = desk.project.databases[0]?.name ?? '';
  const where = { PGHOST: '127.0.0.1', PGPORT: String(pgPort), PGDATABASE, PGSSLMODE: 'require' };
  return startPsql({ ...program, env: { ...where, PGUSER, PGPASSWORD }, input: '' });
}

describe.each(ISSUER_NAMES)('a workload of %s', (name) => {
  it.each(['psql 18', 'pgjdbc', 'node-postgres'])('gets in with %s', async (client) => {
    const { code, stderr } = await finish(start(client, await trust(name), await town.tokenOf(name, 'main')));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('of another branch, project or namespace is refused', async () => {
    const { code, stderr } = await finish(start('psql 18', await trust(name), await town.tokenOf(name, 'branch')));
    expect(code).toBe(2);
    expect(stderr).toContain('password authentication failed');
  });
});

type Making = (claims: JWTPayload, user: string) => Promise<string> | string;

const now = () => Math.floor(Date.now() / 1_000);

async function signed(claims: JWTPayload, kid = 'github', by: IssuerName = 'github'): Promise<string> {
  const { privateKey } = town.keys[by] ?? expect.fail();
  return await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
}

const WRONG: ReadonlyArray<readonly [string, string, Making]> = [
  ['nothing', 'not a signed', () => ''],
  ['a password', 'not a signed', () => 'hunter2'],
  ['another issuer', 'iss', (claims) => signed({ ...claims, iss: 'https://other.example' })],
  ['an issuer with a slash', 'iss', (claims) => signed({ ...claims, iss: `${claims.iss}/` })],
  ['another audience', 'aud', (claims) => signed({ ...claims, aud: 'https://other.example' })],
  ['no audience', 'aud', ({ aud: _aud, ...claims }) => signed(claims)],
  ['another ref', 'ref', (claims) => signed({ ...claims, ref: 'refs/heads/try' })],
  ['a ref that only begins so', 'ref', (claims) => signed({ ...claims, ref: 'refs/heads/main2' })],
  ['no repository', 'repository', ({ repository: _repository, ...claims }) => signed(claims)],
  ['no subject', 'sub', ({ sub: _sub, ...claims }) => signed(claims)],
  ['no end', 'exp', ({ exp: _exp, ...claims }) => signed(claims)],
  ['an end in the past', 'exp', (claims) => signed({ ...claims, exp: now() - 2 * MINUTE_S })],
  ['a beginning in the future', 'iat', (claims) => signed({ ...claims, iat: now() + 5 * MINUTE_S })],
  ['"not before" in the future', 'nbf', (claims) => signed({ ...claims, nbf: now() + 5 * MINUTE_S })],
  ['an old age and a late end', 'iat', (claims) => signed({ ...claims, iat: now() - 26 * 60 * MINUTE_S })],
  ['an unknown key', 'no applicable key', (claims) => signed(claims, 'unknown')],
  ['another issuer’s key', 'signature', (claims) => signed(claims, 'github', 'gitlab')],
  ['no signature', 'not a signed', (claims) => new UnsecuredJWT(claims).encode()],
  ['the public key as a secret', 'alg', byPublicKey],
  ['17 KiB', 'too long', (claims) => signed({ ...claims, filler: 'x'.repeat(13_000) })],
];

/** CVE-2015-9235: a verifier that lets the token choose the algorithm. */
async function byPublicKey(claims: JWTPayload): Promise<string> {
  const { jwk } = town.keys.github ?? expect.fail();
  const pem = createPublicKey({ key: JSON.parse(JSON.stringify(jwk)), format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  });
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', kid: 'github' })
    .sign(new TextEncoder().encode(pem.toString()));
}

describe('a token', () => {
  it.each(WRONG)('with %s is refused like a wrong password, and the log says why', async (_what, cause, make) => {
    // One of its own: wrong proofs of one token are answered later and later.
    const user = await trust('github');
    const { main } = WORKLOADS.github;
    const claims = { ...main, iss: town.issuers.github ?? '', aud: AUDIENCE, iat: now(), exp: now() + 5 * MINUTE_S };
    const password = await make(claims, user);
    const before = lines.length;
    const { code, stderr } = await finish(start('psql 18', user, password));
    expect(code).toBe(2);
    expect(stderr.trim()).toMatch(password === '' ? /no password supplied/ : /password authentication failed/);
    if (password === '') return;
    const logged = await waitUntil(() => lines.slice(before).find((line) => line.includes(user)), 'a line of it');
    expect(logged.toLowerCase()).toContain(cause);
    expect(lines.join('')).not.toContain(password);
  });

  it('a moment late or early gets in, since clocks differ', async () => {
    const user = await trust('github');
    const { main } = WORKLOADS.github;
    const facts = { ...main, iss: town.issuers.github ?? '', aud: ['https://other.example', AUDIENCE] };
    for (const times of [
      { iat: now() - 10 * MINUTE_S, exp: now() - 30 },
      { iat: now() + 30, exp: now() + 5 * MINUTE_S },
    ]) {
      const { code, stderr } = await finish(start('psql 18', user, await signed({ ...facts, ...times })));
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    }
  });
});

describe('a right token', () => {
  it('is not held back by a neighbour’s wrong ones', async () => {
    const user = await trust('github');
    const wrong = Array.from({ length: 40 }, () => start('psql 18', user, 'x'));
    await waitUntil(() => lines.filter((line) => line.includes(user)).length >= 3, 'some are answered');
    const { code, stderr } = await finish(start('psql 18', user, await town.tokenOf('github', 'main')));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(wrong.filter(({ process }) => process.exitCode === null).length).toBeGreaterThan(10);
    for (const psql of wrong) psql.kill('SIGKILL');
  });
});

describe('a trust', () => {
  it('is revoked like a token', async () => {
    const user = await trust('github');
    expect((await finish(start('psql 18', user, await town.tokenOf('github', 'main')))).code).toBe(0);
    const { catalogue } = desk.node.postern;
    await revokeAccessToken(catalogue, await actingAs(catalogue, { userId: desk.person.id }), user);
    const { code } = await finish(start('psql 18', user, await town.tokenOf('github', 'main')));
    expect(code).toBe(2);
  });

  it('ends connections when it says, and reads only where it says', async () => {
    const user = await trust('github', { access: 'read_only', longestConnectionMs: 1_500 });
    const { pgPort } = desk.node;
    const args = ['-XAt', '-h', '127.0.0.1', '-p', String(pgPort), '-U', user];
    const database = desk.project.databases[0]?.name ?? '';
    const env = { PGPASSWORD: await town.tokenOf('github', 'main'), PGSSLMODE: 'require' };
    const psql = startPsql({
      args: [...args, '-d', database],
      env,
      input: 'create table t (n int); select pg_sleep(30);\n',
    });
    await waitUntil(() => psql.process.exitCode !== null, 'psql ends');
    expect(psql.stderr()).toContain('read-only');
    expect(psql.stderr()).toMatch(/terminating connection/);
  });

  it('in an issuer on a closed network is of no use', async () => {
    const user = await trust('github', { issuer: 'https://169.254.169.254' });
    const before = lines.length;
    const { code } = await finish(start('psql 18', user, await town.tokenOf('github', 'main')));
    expect(code).toBe(2);
    const logged = await waitUntil(() => lines.slice(before).find((line) => line.includes(user)), 'a line of it');
    expect(logged).toContain('never dialled');
  });
});
