// Access rules at the real doors: what they refuse, and in which words.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { findRefusal } from '../../../src/catalogue/explain/find-refusal.ts';
import { explainAccess } from '../../../src/catalogue/explain/why.ts';
import {
  createAccessRule,
  type NewAccessRule,
  removeAccessRule,
  replaceAccessRules,
} from '../../../src/catalogue/rules/access-rules.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type ConnectionId, idFrom } from '../../../src/ids.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { runPsql, startPsql } from '../../support/nodes/psql.ts';
import { waitUntil } from '../../support/wait-until.ts';
import {
  addDeveloper,
  createUpstream,
  type DeveloperForTests,
  type GatewayForTests,
  startGateway,
  type UpstreamForTests,
} from '../gateway-for-tests.ts';

let gateway: GatewayForTests;
let upstream: UpstreamForTests;
let developer: DeveloperForTests;
let first: string;
let second: string;
let token: { readonly id: string; readonly secret: string };

beforeAll(async () => {
  [gateway, upstream] = await Promise.all([startGateway(), createUpstream()]);
  developer = await addDeveloper(gateway, upstream);
  [first = '', second = ''] = upstream.databases;
  const context = await actingAs(gateway.catalogue, developer);
  const wanted = { name: 'ci', computeId: developer.project.compute.id, owner: 'self', access: 'read_write' } as const;
  const { accessToken, secret } = await createAccessToken(gateway.catalogue, context, wanted);
  token = { id: accessToken.id, secret: secret.reveal() };
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

beforeEach(async () => {
  const strict = { accountId: developer.accountId, set: 'strict' } as const;
  await replaceAccessRules(gateway.catalogue, SYSTEM_CONTEXT, strict);
});

const allow = (grants: NewAccessRule['grants']) =>
  createAccessRule(gateway.catalogue, SYSTEM_CONTEXT, {
    accountId: developer.accountId,
    subject: { kind: 'members' },
    object: { kind: 'account' },
    grants,
  });

const argsOf = (user: string, database: string) => [
  '-XAt',
  '-h',
  'localhost',
  '-p',
  String(gateway.port),
  '-U',
  user,
  '-d',
  database,
];

function byToken(database = first) {
  const args = [...argsOf(token.id, database), '-c', 'select 1'];
  return runPsql({ args, env: { PGPASSWORD: token.secret, PGSSLMODE: 'require' } });
}

function byRole(database = first) {
  const { name, password } = upstream.role;
  const args = [...argsOf(name, database), '-c', 'select 1'];
  return runPsql({ args, env: { PGPASSWORD: password, PGSSLMODE: 'require' } });
}

/** What the page says to which the refusal leads. */
async function explained({ stderr }: { readonly stderr: string }): Promise<string> {
  const reference = /\/app\/why\/(c[a-z0-9]{12})/.exec(stderr)?.[1] ?? '';
  await gateway.auditTrail.flush();
  const refusal = await findRefusal(gateway.catalogue, idFrom<ConnectionId>(reference));
  if (refusal === null) throw new Error(`no refusal is kept: ${stderr}`);
  return (await explainAccess(gateway.catalogue, SYSTEM_CONTEXT, refusal)).sentence;
}

describe('the doors of programs', () => {
  it('refuse what no rule allows, with the page that says why', async () => {
    const run = await byToken();
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/FATAL: {2}no access rule lets you reach compute "[^"]+" with an access token\n/);
    expect(run.stderr).toMatch(/DETAIL: .*; why: http\S+\/app\/why\/c[a-z0-9]{12}\n/);
    expect((await byRole()).stderr).toContain('with the password of a database role');
  });

  it('let in what a rule allows, and into its databases only', async () => {
    const rule = await allow({ doors: ['token'], databases: [first] });
    expect((await byToken()).stdout).toBe('1\n');
    const elsewhere = await byToken(second);
    expect(elsewhere.stderr).toContain(`no access rule lets you into database "${second}"`);
    expect(elsewhere.stderr).toContain(`Rule ${rule.id} allows ${first}`);
    expect(await explained(elsewhere)).toContain(`closest rule is ${rule.id}`);
    expect((await byRole()).stderr).toContain('with the password of a database role');
    await allow({ doors: ['role_password'] });
    expect((await byRole(second)).stdout).toBe('1\n');
  });
});

describe('a live connection', () => {
  it('ends with the last rule that allowed it, and not before', async () => {
    const [one, other] = [await allow({ doors: ['token'] }), await allow({ doors: ['token'] })];
    const args = argsOf(token.id, first);
    const psql = startPsql({ args, env: { PGPASSWORD: token.secret, PGSSLMODE: 'require' } });
    const answers = (text: string) => {
      psql.write(`select '${text}';\n`);
      return waitUntil(() => psql.stdout().includes(`${text}\n`), `psql answers ${text}`);
    };
    await answers('first');
    const remove = async (ruleId: typeof one.id) => {
      await removeAccessRule(gateway.catalogue, SYSTEM_CONTEXT, { accountId: developer.accountId, ruleId });
      await gateway.fleet.liveConnections.endNow();
    };
    await remove(one.id);
    await answers('second');
    await remove(other.id);
    await waitUntil(() => {
      psql.write('select 3;\n');
      return psql.process.exitCode !== null;
    }, 'psql ends');
    expect(psql.stderr()).toContain('terminating connection because access was revoked');
  });
});
