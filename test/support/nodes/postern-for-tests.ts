// Whole nodes of Postern for end-to-end tests: on the run's Postgres, on a Redis of their own or a
// shared one, on free loopback ports.

import { createUser } from '../../../src/catalogue/accounts/users.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { Clock } from '../../../src/clock.ts';
import { loadConfig } from '../../../src/config/config.ts';
import type { Addresses } from '../../../src/config/ports.ts';
import { createLog, type Log } from '../../../src/log.ts';
import { createPostern, type Postern } from '../../../src/postern.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import { Secret } from '../../../src/secret.ts';
import { createCatalogueDatabase, postgresUrl } from '../databases/postgres-for-tests.ts';
import { startEmbeddedRedis } from '../databases/redis-for-tests.ts';

/** Seals the passwords of all test nodes, so that several share one catalogue. */
const SECRET_KEY = Buffer.alloc(32, 7).toString('base64');
export const PASSWORD = 'correct horse battery staple';

export interface TestInstallation extends AsyncDisposable {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Starts one more node of this installation. */
  startNode(environment?: Readonly<Record<string, string>>): Promise<TestNode>;
  close(): Promise<void>;
}

export interface TestNode {
  readonly postern: Postern;
  readonly addresses: Addresses;
  /** Origin of the pages. */
  readonly baseUrl: string;
  readonly pgPort: number;
  close(): Promise<void>;
}

interface NodeOverrides {
  readonly log?: Log | undefined;
  readonly clock?: Clock | undefined;
}

/** A catalogue and a Redis for any number of nodes; closing it closes the nodes first. */
export async function createInstallation(
  options: NodeOverrides & { readonly databaseUrl?: string; readonly redisUrl?: string } = {},
): Promise<TestInstallation> {
  const database = options.databaseUrl === undefined ? await createCatalogueDatabase() : null;
  const databaseUrl = options.databaseUrl ?? database?.url ?? '';
  const redis = options.redisUrl === undefined ? await startEmbeddedRedis() : null;
  const redisUrl = options.redisUrl ?? redis?.url ?? '';
  const nodes = new Set<TestNode>();
  const close = async () => {
    await Promise.all([...nodes].map((node) => node.close()));
    await redis?.close();
    await database?.close();
  };
  return {
    databaseUrl,
    redisUrl,
    startNode: async (environment = {}) => {
      const node = await startNode({ ...nodeEnvironment(databaseUrl, redisUrl), ...environment }, options);
      nodes.add(node);
      return { ...node, close: () => node.close().finally(() => nodes.delete(node)) };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Environment that makes a node part of this installation, wherever it runs. */
export function nodeEnvironment(databaseUrl: string, redisUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    POSTERN_SECRET_KEY: SECRET_KEY,
    POSTERN_HOSTS: `18=${postgresUrl()}`,
    POSTERN_PG_PORT: '0',
    POSTERN_HTTP_PORT: '0',
    POSTERN_LOG_LEVEL: 'silent',
    // Tests run in containers, too.
    POSTERN_TRUST_LOOPBACK: 'yes',
  };
}

async function startNode(
  environment: Readonly<Record<string, string>>,
  { log, clock }: NodeOverrides,
): Promise<TestNode> {
  const config = loadConfig(environment);
  const postern = await createPostern(config, { log: log ?? createLog(config.logLevel), ...(clock && { clock }) });
  const addresses = await postern.listen();
  const close = () => postern.close();
  return { postern, addresses, baseUrl: addresses.http.url, pgPort: addresses.pg.port, close };
}

/** A person who signs in with `PASSWORD`. */
export async function addPerson(node: TestNode, person: { email: string; name?: string; operator?: 'yes' | 'no' }) {
  return await createUser(node.postern.catalogue, SYSTEM_CONTEXT, {
    email: person.email,
    name: person.name ?? person.email,
    password: new Secret(PASSWORD),
    emailVerified: true,
    isOperator: person.operator === 'yes',
  });
}

/** A hosted project with a real database in an account. */
export async function addProject(
  node: TestNode,
  project: { accountId: Parameters<Postern['provisioning']['createHostedProject']>[1]['accountId']; name: string },
): Promise<HostedProject> {
  return await node.postern.provisioning.createHostedProject(SYSTEM_CONTEXT, project);
}
