// Postern as a compared path: a node with an attached compute, an access token for TLS, and a grant
// for clear text.

import { join } from 'node:path';
import { createAccessToken } from '../src/catalogue/access/access-tokens.ts';
import { createOrganization } from '../src/catalogue/accounts/organizations.ts';
import { createUser } from '../src/catalogue/accounts/users.ts';
import { SYSTEM_CONTEXT } from '../src/catalogue/trail/audit-context.ts';
import { loadConfig } from '../src/config/config.ts';
import { createPostern } from '../src/postern.ts';
import { Secret } from '../src/secret.ts';
import { WebClient } from '../test/support/browser/web-client.ts';
import { startPsql } from '../test/support/nodes/psql.ts';
import {
  APPLICATION,
  type Certificate,
  type Credentials,
  DATABASE,
  MAX_CONNECTIONS,
  PASSWORD,
  PROXY,
  ROLE,
  type Started,
} from './bench-path.ts';
import { startNode } from './node-process.ts';

export interface StartedPostern extends Started {
  readonly token: Credentials;
  /** Of the grant; needs no password. */
  readonly guest: Credentials;
  /** A browser in which the person is signed in. */
  readonly browser: WebClient;
}

/** Not the name of a database role, which would mean the password door. */
const GUEST: Credentials = { user: 'somebody', password: '' };
const ADMIN = 'bench@example.com';
const PERSON_PASSWORD = 'a long password for benches';
const SECRET_KEY = Buffer.alloc(32, 1).toString('base64');

interface PosternOptions {
  readonly folder: string;
  readonly adminUrl: Secret;
  readonly upstreamPort: number;
  readonly certificate: Certificate;
}

export async function startPosternNode(options: PosternOptions): Promise<StartedPostern> {
  const environment = environmentFor(options);
  const token = await prepareToken(environment, options.upstreamPort);
  const node = await startNode(options.folder, environment);
  const browser = new WebClient(node.baseUrl);
  await browser.signIn(ADMIN, PERSON_PASSWORD);
  await openGrant(browser, node.pgPort);
  return { port: node.pgPort, processId: node.pid, close: () => node.close(), token, guest: GUEST, browser };
}

function environmentFor({ folder, adminUrl, upstreamPort, certificate }: PosternOptions): Record<string, string> {
  const catalogueUrl = new URL(adminUrl.reveal());
  catalogueUrl.pathname = '/postern';
  const many = String(MAX_CONNECTIONS);
  return {
    DATABASE_URL: catalogueUrl.href,
    POSTERN_DATA_DIR: join(folder, 'postern'),
    POSTERN_SECRET_KEY: SECRET_KEY,
    POSTERN_TLS_CERT: certificate.certPath,
    POSTERN_TLS_KEY: certificate.keyPath,
    POSTERN_TLS: 'allow',
    POSTERN_PROXY_PROTOCOL_FROM: `${PROXY}/32`,
    POSTERN_PG_PORT: '0',
    POSTERN_TRUST_LOOPBACK: 'yes',
    POSTERN_HTTP_PORT: '0',
    POSTERN_LOG_LEVEL: 'warn',
    POSTERN_CONNECTIONS_PER_PERSON: many,
    POSTERN_CONNECTIONS_PER_GRANT: many,
    POSTERN_CONNECTIONS_PER_COMPUTE: many,
    POSTERN_UPSTREAM_NETWORKS: '127.0.0.0/8',
    POSTERN_UPSTREAM_PORTS: String(upstreamPort),
    // The catalogue's server is never dialled for a compute unless it hosts projects, which it does
    // here.
    POSTERN_HOSTS: `18=${adminUrl.reveal()}`,
  };
}

/** Approves one link for eight hours; later connections of the same name use the grant. */
async function openGrant(browser: WebClient, port: number): Promise<void> {
  const psql = startPsql({
    args: ['-X', '-c', 'SELECT 1'],
    env: {
      PGHOST: '127.0.0.1',
      PGPORT: String(port),
      PGUSER: GUEST.user,
      PGDATABASE: DATABASE,
      PGAPPNAME: APPLICATION,
      PGSSLMODE: 'disable',
    },
  });
  const [link] = await psql.waitForStderr(/http\S+psql_session\/\S+/);
  await browser.approve(link, { remember: '8h' });
  // Programs but psql are refused until then.
  await psql.exit;
}

async function prepareToken(environment: Record<string, string>, upstreamPort: number): Promise<Credentials> {
  const postern = await createPostern(loadConfig(environment));
  try {
    const { catalogue, provisioning } = postern;
    const admin = await createUser(catalogue, SYSTEM_CONTEXT, {
      email: ADMIN,
      name: 'Bench',
      password: new Secret(PERSON_PASSWORD),
    });
    const { id: accountId } = await createOrganization(catalogue, SYSTEM_CONTEXT, { name: 'Bench', admin });
    const { compute } = await provisioning.attachProject(SYSTEM_CONTEXT, {
      accountId,
      name: 'bench',
      url: new Secret(`postgres://${ROLE}:${PASSWORD}@127.0.0.1:${upstreamPort}/${DATABASE}?sslmode=disable`),
      ca: null,
      readOnlyUrl: null,
    });
    const { accessToken, secret } = await createAccessToken(catalogue, SYSTEM_CONTEXT, {
      name: 'bench',
      computeId: compute.id,
      owner: 'account',
      access: 'read_write',
      maxConnections: MAX_CONNECTIONS,
    });
    return { user: accessToken.id, password: secret.reveal() };
  } finally {
    await postern.close();
  }
}
