// The whole web side on a free port, with a real catalogue and a real Redis behind it, and a browser's cookie jar to visit it.

import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { SYSTEM_CONTEXT } from '../../src/catalogue/audit-context.ts';
import { createUser } from '../../src/catalogue/users.ts';
import { systemClock } from '../../src/clock.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { createHttpServer, type HttpServer } from '../../src/http/http-server.ts';
import { personalAccountId } from '../../src/ids.ts';
import { Grants } from '../../src/login/grants.ts';
import { LoginEvents } from '../../src/login/login-events.ts';
import type { LoginOrigin, LoginRequest } from '../../src/login/login-request.ts';
import { LoginRequests } from '../../src/login/login-requests.ts';
import { ReverseCodes } from '../../src/login/reverse-codes.ts';
import { TerminalMemory } from '../../src/login/terminal-memory.ts';
import { AuditTrail } from '../../src/ops/audit-trail.ts';
import { Limits } from '../../src/ops/limits.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { createRedis, type RedisClient } from '../../src/redis-client.ts';
import { Secret } from '../../src/secret.ts';
import { type CatalogueForTests, openTestCatalogue, type PersonForTests } from './catalogue-for-tests.ts';
import { loginOrigin } from './login-for-tests.ts';
import { startEmbeddedRedis } from './redis-for-tests.ts';

export const PASSWORD = 'a sentence works well';

export interface WebForTests {
  readonly url: string;
  readonly server: HttpServer;
  readonly catalogue: CatalogueForTests;
  readonly redis: RedisClient;
  readonly loginRequests: LoginRequests;
  readonly grants: Grants;
  readonly reverseCodes: ReverseCodes;
  readonly auditTrail: AuditTrail;
  /** Everything logged so far, as text. */
  logged(): string;
  /** People for whom a first project was asked for. */
  readonly firstProjects: string[];
}

/** Ends with its test. `environment` is read as the process' own would be. */
export async function startWeb(
  environment: Readonly<Record<string, string>> = {},
  { ttlMs = 120_000 }: { ttlMs?: number } = {},
): Promise<WebForTests> {
  const config: Config = loadConfig({ POSTERN_HTTP_PORT: '0', ...environment });
  const lines: string[] = [];
  const log = pino(
    { level: 'debug' },
    new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) }),
  );
  const catalogue = await openTestCatalogue();
  const store = await startEmbeddedRedis();
  onTestFinished(() => store.close());
  const parts = await buildParts({ catalogue, redisUrl: store.url, ttlMs, log });
  const firstProjects: string[] = [];
  const createFirstProject = async (userId: string) => {
    firstProjects.push(userId);
  };
  const server = createHttpServer({ config, log, clock: systemClock, catalogue, ...parts, createFirstProject });
  const { url } = await server.listen();
  onTestFinished(() => server.close());
  return { url, server, catalogue, ...parts, firstProjects, logged: () => lines.join('') };
}

async function buildParts(from: { catalogue: CatalogueForTests; redisUrl: string; ttlMs: number; log: pino.Logger }) {
  const { catalogue, redisUrl, ttlMs, log } = from;
  const [redis, subscriber, limiter] = (['commands', 'subscriber', 'limiter'] as const).map((purpose) =>
    createRedis(redisUrl, { purpose, log }),
  );
  if (redis === undefined || subscriber === undefined || limiter === undefined)
    throw new Error('three clients expected');
  const events = new LoginEvents({ subscriber, log });
  const limits = { waitingPerAddress: 1_000, waitingInTotal: 1_000, sharedNetworks: [] };
  const metrics = createMetrics();
  const auditTrail = new AuditTrail({ catalogue, metrics, log });
  onTestFinished(async () => {
    await auditTrail.close();
    metrics.close();
    events.close();
    for (const client of [redis, subscriber, limiter]) client.disconnect();
  });
  return {
    redis,
    metrics,
    auditTrail,
    loginRequests: new LoginRequests({ redis, events, limits, ttlMs, nodeId: catalogue.nodeId, log }),
    grants: new Grants({ redis, onRevoked: async () => {} }),
    reverseCodes: new ReverseCodes({ redis, secret: new Secret(randomBytes(32).toString('hex')) }),
    terminalMemory: new TerminalMemory(redis),
    limits: new Limits({ redis: limiter, log }),
  };
}

/** A person with the password `PASSWORD`. */
export async function addPersonWithPassword(web: WebForTests, name: string): Promise<PersonForTests> {
  const input = { email: `${name}@example.com`, name, password: new Secret(PASSWORD) };
  const user = await createUser(web.catalogue, SYSTEM_CONTEXT, input);
  return { userId: user.id, email: user.email, accountId: personalAccountId(user.id) };
}

/** A terminal on this machine that waits, and the link that it shows. */
export async function openLoginLink(
  web: WebForTests,
  changes: Partial<LoginOrigin> = {},
): Promise<{ request: LoginRequest; path: string; token: string }> {
  const origin = loginOrigin({ address: '127.0.0.1', ...changes });
  const { request, token } = await web.loginRequests.open(origin, { waiting: 'connection' });
  return { request, path: `/psql_session/${token.reveal()}`, token: token.reveal() };
}
