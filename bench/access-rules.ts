// Measures what very many access rules add to a login: what each door asks the catalogue, and the
// decision, with the three rules of a new account and with as many more.
// `npx tsx bench/access-rules.ts [--rules 10000]`.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { createAccessToken } from '../src/catalogue/access/access-tokens.ts';
import { NO_SIGN_IN } from '../src/catalogue/access/reach.ts';
import { judgeTarget } from '../src/catalogue/access/resolve-target.ts';
import { createOrganization } from '../src/catalogue/accounts/organizations.ts';
import { createUser } from '../src/catalogue/accounts/users.ts';
import { findAccessToken, resolveAccessToken, resolveRoutedRole } from '../src/catalogue/logins/find-verifier.ts';
import { findRoleOfProject } from '../src/catalogue/logins/route-role.ts';
import { registerProject } from '../src/catalogue/projects/register-project.ts';
import { loadPersonActor } from '../src/catalogue/rights/actors.ts';
import type { Catalogue } from '../src/catalogue/store/catalogue.ts';
import { openCatalogue } from '../src/catalogue/store/open-catalogue.ts';
import { Sealer } from '../src/catalogue/store/sealing.ts';
import { SYSTEM_CONTEXT } from '../src/catalogue/trail/audit-context.ts';
import { systemClock } from '../src/clock.ts';
import { startEmbeddedPostgres } from '../src/embedded/postgres/embedded-postgres.ts';
import { type ComputeId, newNodeId } from '../src/ids.ts';
import { createLog } from '../src/log.ts';
import { Secret } from '../src/secret.ts';
import { type Measurement, markdownTable } from './report/report.ts';

const ROUNDS = 500;
const WARM_UP_ROUNDS = 50;

type Filled = Awaited<ReturnType<typeof fill>>;

interface Workload {
  readonly name: string;
  login(filled: Filled): Promise<unknown>;
}

const ADDRESS = '203.0.113.7';
const WORKLOADS: readonly Workload[] = [
  {
    name: 'a person by link',
    login: ({ userId, computeId }) => {
      const choice = { userId, computeId, database: 'appdb', databaseRole: 'app', access: 'read_write' } as const;
      return judgeTarget(catalogue, choice, { door: 'link', address: ADDRESS, signIn: NO_SIGN_IN });
    },
  },
  { name: 'an access token of a person', login: ({ ownTokenId }) => byToken(ownTokenId) },
  { name: 'an access token of the account', login: ({ tokenId }) => byToken(tokenId) },
  { name: 'the password of a role', login: ({ computeId }) => byRole(computeId) },
];

const { values } = parseArgs({ options: { rules: { type: 'string', default: '10000' } } });
const log = createLog('error');
const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'));
await chmod(folder, 0o755);
const postgres = await startEmbeddedPostgres({ dataDir: folder, log, settings: { fsync: 'off' } });
const catalogue = await openCatalogue({
  url: postgres.adminUrl,
  log,
  clock: systemClock,
  sealer: new Sealer([new Secret(Buffer.alloc(32, 7).toString('base64'))]),
  nodeId: newNodeId(),
});
try {
  const filled = [await fill(0), await fill(Number(values.rules))];
  const measurements: Measurement[] = [];
  for (const workload of WORKLOADS) measurements.push(await measure(workload, filled));
  process.stdout.write(
    `${markdownTable(
      measurements,
      filled.map(({ name }) => name),
    )}\n`,
  );
} finally {
  await catalogue.close();
  await postgres.close();
  await rm(folder, { recursive: true, force: true });
}

async function byToken(tokenId: string): Promise<void> {
  const found = await findAccessToken(catalogue, tokenId);
  if (found === null) throw new Error('the token is known');
  await resolveAccessToken(catalogue, found.token, { address: ADDRESS, rights: found.asRead.rights });
}

async function byRole(computeId: ComputeId): Promise<void> {
  const route = await findRoleOfProject(catalogue, 'app', { endpoint: computeId, project: null });
  if (route?.kind !== 'role') throw new Error('the role has a password');
  await resolveRoutedRole(catalogue, route.role, { address: ADDRESS, rights: route.role.asRead.rights });
}

/** Rounds are interleaved, so that other work of the machine affects both alike. */
async function measure({ name, login }: Workload, filled: readonly Filled[]): Promise<Measurement> {
  const rounds = new Map<string, number[]>(filled.map((each) => [each.name, []]));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const each of filled) {
      const began = performance.now();
      await login(each);
      if (round >= 0) rounds.get(each.name)?.push(performance.now() - began);
    }
  }
  return { workload: name, unit: 'ms', better: 'less', rounds };
}

/** An organization with a project, and that many rules about other people and other projects. */
async function fill(rules: number) {
  const email = `ada-${rules}@example.com`;
  const ada = await createUser(catalogue, SYSTEM_CONTEXT, { email, name: 'Ada', password: null });
  const { id: accountId } = await createOrganization(catalogue, SYSTEM_CONTEXT, { name: 'Example Org', admin: ada });
  const { compute } = await registerProject(catalogue, SYSTEM_CONTEXT, {
    project: { accountId, name: 'shop', pgVersion: 18, regionId: 'local', creationSource: 'attached' },
    compute: {
      type: 'read_write',
      state: 'active',
      hostId: null,
      host: 'db.internal',
      port: 5432,
      tls: { mode: 'disable' },
    },
    databases: [{ name: 'appdb', ownerName: 'app' }],
    roles: [{ name: 'app', password: new Secret('app-password') }],
  });
  const actor = await loadPersonActor(catalogue, ada.id);
  if (actor === null) throw new Error('the person is known');
  const makeToken = async (owner: 'self' | 'account') => {
    const wanted = { name: owner, computeId: compute.id, owner, access: 'read_write' } as const;
    return (await createAccessToken(catalogue, { ...SYSTEM_CONTEXT, actor }, wanted)).accessToken.id;
  };
  const [ownTokenId, tokenId] = [await makeToken('self'), await makeToken('account')];
  await addRules(catalogue, accountId, rules);
  const name = `${(rules + 3).toLocaleString('en')} rules`;
  return { name, userId: ada.id, computeId: compute.id, ownTokenId, tokenId };
}

async function addRules({ db }: Catalogue, accountId: string, count: number): Promise<void> {
  await sql`
    insert into users (id, email, email_key, email_verified, name, image, password_hash, is_operator, created_at, updated_at)
      select 'bulk-' || n, 'bulk-' || n || '@example.com', 'bulk-' || n || '@example.com', true, 'Bulk', '', null, false, now(), now()
      from generate_series(1, ${count}::int) n`.execute(db);
  await sql`
    insert into access_rules (id, account_id, subject_kind, user_id, object_kind, doors, grants, created_at)
      select 'rule-' || n, ${accountId}, 'person', 'bulk-' || n, 'account', '{link,token}',
        '{"doors": ["link", "token"], "networks": ["203.0.113.0/24"]}', now()
      from generate_series(1, ${count}::int) n`.execute(db);
  await sql`analyze`.execute(db);
}
