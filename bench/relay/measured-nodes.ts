// Nodes of this checkout and, where POSTERN_TREE names another built one, of that, side by side on
// one scripted upstream. Everything is set up by command line and pages, which stay the same from
// release to release.

import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { Closers } from '../../src/async/closers.ts';
import { startEmbeddedPostgres } from '../../src/embedded/postgres/embedded-postgres.ts';
import { createLog } from '../../src/log.ts';
import { WebClient } from '../../test/support/browser/web-client.ts';
import { makeTestCa } from '../../test/support/certificates-for-tests.ts';
import { startDebianRedis } from '../../test/support/databases/redis-for-tests.ts';
import { type PosternProcess, startPosternProcess } from '../../test/support/nodes/postern-process.ts';
import { startPsql } from '../../test/support/nodes/psql.ts';
import { APPLICATION, type Certificate, DATABASE, PASSWORD, ROLE } from '../bench-path.ts';
import { type ScriptedUpstream, startScriptedUpstream } from './scripted-upstream.ts';

export interface MeasuredNode {
  readonly name: 'before' | 'after';
  readonly process: PosternProcess;
}

export interface MeasuredStack extends AsyncDisposable {
  readonly upstream: ScriptedUpstream;
  readonly certificate: Certificate;
  /** The other tree's first. */
  readonly trees: readonly Tree[];
  /**
   * Starts a node of the tree, with further settings; clients that call themselves GUEST get in
   * without a password.
   */
  startNode(tree: Tree, settings?: Readonly<Record<string, string>>): Promise<MeasuredNode & AsyncDisposable>;
}

interface Tree {
  readonly name: MeasuredNode['name'];
  readonly path: string;
}

/** Not the name of a database role, which would mean the password door. */
export const GUEST = 'somebody';
export const PERSON = { email: 'bench@example.com', password: 'a long password for benches' };
const ANY_NUMBER = '20000';
const EVENT_LOOP_PAUSES = fileURLToPath(new URL('event-loop-pauses.mjs', import.meta.url));

export async function startMeasuredStack(folder: string): Promise<MeasuredStack> {
  const closers = new Closers(createLog('warn'));
  const certificate = await writeCertificate(folder);
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'data'),
    log: createLog('warn'),
    settings: { fsync: 'off' },
  });
  closers.add('postgres', () => postgres.close());
  const adminUrl = postgres.adminUrl.reveal();
  await query(adminUrl, `CREATE ROLE ${ROLE} LOGIN PASSWORD '${PASSWORD}'`);
  await query(adminUrl, `CREATE DATABASE ${DATABASE} OWNER ${ROLE}`);
  const upstream = await startScriptedUpstream(postgres.port);
  closers.add('the upstream', () => upstream.close());
  return {
    upstream,
    certificate,
    trees: treesToMeasure(),
    startNode: (tree, settings = {}) => startNode(tree, { folder, adminUrl, upstream, certificate, settings }),
    [Symbol.asyncDispose]: () => closers.closeAll(),
  };
}

function treesToMeasure(): Tree[] {
  const here: Tree = { name: 'after', path: fileURLToPath(new URL('../..', import.meta.url)) };
  const other = process.env.POSTERN_TREE;
  return other === undefined ? [here] : [{ name: 'before', path: other }, here];
}

interface NodePlace {
  readonly folder: string;
  readonly adminUrl: string;
  readonly upstream: ScriptedUpstream;
  readonly certificate: Certificate;
  readonly settings: Readonly<Record<string, string>>;
}

async function startNode(tree: Tree, place: NodePlace): Promise<MeasuredNode & AsyncDisposable> {
  const closers = new Closers(createLog('warn'));
  const redis = await startDebianRedis();
  closers.add('redis', () => redis.close());
  const folder = join(place.folder, tree.name);
  await mkdir(folder, { recursive: true });
  await query(place.adminUrl, `DROP DATABASE IF EXISTS postern_${tree.name}`);
  await query(place.adminUrl, `CREATE DATABASE postern_${tree.name}`);
  const environment = { ...environmentFor(tree, place), REDIS_URL: redis.url, ...place.settings };
  const main = join(tree.path, 'dist/src/main.js');
  place.upstream.passOn();
  await attachUpstream({ main, folder, environment, upstreamPort: place.upstream.port });
  const node = await startPosternProcess({ program: ['--import', EVENT_LOOP_PAUSES, main], environment, cwd: folder });
  closers.add('the node', () => node.close());
  place.upstream.answer();
  await openGrant(node);
  return { name: tree.name, process: node, [Symbol.asyncDispose]: () => closers.closeAll() };
}

function environmentFor(tree: Tree, { adminUrl, upstream, certificate, folder }: NodePlace): Record<string, string> {
  const catalogueUrl = new URL(adminUrl);
  catalogueUrl.pathname = `/postern_${tree.name}`;
  return {
    DATABASE_URL: catalogueUrl.href,
    POSTERN_DATA_DIR: join(folder, tree.name, 'postern'),
    POSTERN_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
    POSTERN_TLS_CERT: certificate.certPath,
    POSTERN_TLS_KEY: certificate.keyPath,
    POSTERN_TLS: 'allow',
    POSTERN_PG_PORT: '0',
    POSTERN_TRUST_LOOPBACK: 'yes',
    POSTERN_HTTP_PORT: '0',
    POSTERN_LOG_LEVEL: 'error',
    POSTERN_CONNECTIONS_TOTAL: ANY_NUMBER,
    POSTERN_CONNECTIONS_PER_PERSON: ANY_NUMBER,
    POSTERN_CONNECTIONS_PER_GRANT: ANY_NUMBER,
    POSTERN_CONNECTIONS_PER_COMPUTE: ANY_NUMBER,
    POSTERN_UPSTREAM_NETWORKS: '127.0.0.0/8',
    POSTERN_UPSTREAM_PORTS: String(upstream.port),
    POSTERN_HOSTS: `18=${adminUrl}`,
  };
}

interface Attaching {
  readonly main: string;
  readonly folder: string;
  readonly environment: Record<string, string>;
  readonly upstreamPort: number;
}

async function attachUpstream({ main, folder, environment, upstreamPort }: Attaching): Promise<void> {
  const postern = async (...args: string[]) => {
    const env = { PATH: process.env.PATH, HOME: '/nonexistent', ...environment };
    const { stdout } = await promisify(execFile)(process.execPath, [main, ...args, '--json'], { cwd: folder, env });
    const made: { readonly id: string } = JSON.parse(stdout);
    return made;
  };
  const [password, url] = [join(folder, 'password'), join(folder, 'url')];
  await writeFile(password, PERSON.password);
  await writeFile(url, `postgres://${ROLE}:${PASSWORD}@127.0.0.1:${upstreamPort}/${DATABASE}?sslmode=disable`);
  await postern('user', 'add', PERSON.email, '--name', 'Bench', '--password-file', password);
  const { id } = await postern('org', 'create', 'Bench', '--admin', PERSON.email);
  await postern('project', 'attach', 'bench', '--account', id, '--url-file', url);
}

/** One approval by link, remembered for eight hours; programs but psql are refused until then. */
async function openGrant({ baseUrl, pgPort }: PosternProcess): Promise<void> {
  const browser = new WebClient(baseUrl);
  await browser.signIn(PERSON.email, PERSON.password);
  const psql = startPsql({
    args: ['-X', '-c', 'SELECT 1'],
    env: {
      PGHOST: '127.0.0.1',
      PGPORT: String(pgPort),
      PGUSER: GUEST,
      PGDATABASE: DATABASE,
      PGAPPNAME: APPLICATION,
      PGSSLMODE: 'disable',
    },
  });
  const [link] = await psql.waitForStderr(/http\S+psql_session\/\S+/);
  await browser.approve(link, { remember: '8h' });
  await psql.exit;
}

async function writeCertificate(folder: string): Promise<Certificate> {
  const { caPem, issue } = await makeTestCa();
  const { certPem, keyPem } = await issue({ names: ['localhost', '127.0.0.1'] });
  const paths = { certPath: join(folder, 'server.crt'), keyPath: join(folder, 'server.key'), caPem };
  await writeFile(paths.certPath, certPem);
  await writeFile(paths.keyPath, keyPem);
  await chmod(paths.keyPath, 0o600);
  return paths;
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
