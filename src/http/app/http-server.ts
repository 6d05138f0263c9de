// The HTTP listener: opens the port, serves the application, closes with no stream left open.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { openFilesLimit } from '../../config/open-files-limit.ts';
import { publicAddress } from '../../config/public-address.ts';
import { createMailer } from '../../mail/mailer.ts';
import { MOST_HEADERS } from '../request/bounded-headers.ts';
import type { HttpDependencies } from '../request/http-dependencies.ts';
import { loadWebAssets } from '../request/static-assets.ts';
import { buildApp } from './build-app.ts';
import type { Readiness } from './health-routes.ts';
import { RequestsUnderWay } from './one-request-at-a-time.ts';
import { answerUnreadable, MAX_HEADER_BYTES } from './unreadable-requests.ts';
import { limitWebConnections } from './web-connections.ts';

export interface HttpServer {
  /** `url` is the public address of links. Not ready until `setReady`. */
  listen(): Promise<{ readonly host: string; readonly port: number; readonly url: string }>;
  setReady(state: 'ready' | 'not_ready'): void;
  /** Stops accepting, gives current requests and mails a moment to finish, then closes the rest. */
  close(): Promise<void>;
}

const HEADERS_LIMIT_MS = 10_000;
const REQUEST_LIMIT_MS = 30_000;
const CHECK_EVERY_MS = 5_000;
const KEEP_ALIVE_MS = 65_000;
const CLOSE_GRACE_MS = 1_000;

export function createHttpServer(deps: HttpDependencies): HttpServer {
  const { host, port } = deps.config.http;
  const readiness: Readiness = { isReady: false };
  const mailer = createMailer(deps);
  const underWay = new RequestsUnderWay();
  const server = createLimitedServer(deps.config, underWay);
  return {
    async listen() {
      server.listen(port, host);
      await once(server, 'listening');
      // NOTE: a failed accept (EMFILE) must not end the process.
      server.on('error', (error) =>
        deps.log.error({ event: 'http.accept_failed', err: error }, 'could not accept a connection'),
      );
      const boundPort = portOf(server);
      const address = publicAddress(deps.config.http, boundPort);
      const app = buildApp({ deps, address, assets: loadWebAssets(), readiness, mailer });
      server.on('request', underWay.oneAtATime(app));
      return { host, port: boundPort, url: address.url };
    },
    setReady(state) {
      readiness.isReady = state === 'ready';
    },
    async close() {
      readiness.isReady = false;
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const force = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
      await closed;
      clearTimeout(force);
      await mailer.close();
    },
  };
}

/** Slow clients, and clients with many connections, cannot use up the server. */
function createLimitedServer({ http, limits }: HttpDependencies['config'], underWay: RequestsUnderWay): Server {
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_LIMIT_MS,
    requestTimeout: REQUEST_LIMIT_MS,
    connectionsCheckingInterval: CHECK_EVERY_MS,
  });
  const uncounted = [...http.trustedProxies, ...limits.unlimitedNetworks];
  limitWebConnections(server, { openFiles: openFilesLimit(), uncounted, shared: limits.sharedNetworks, underWay });
  answerUnreadable(server);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // NOTE: Node drops those beyond it without a word; with one more, too many are noticed.
  server.maxHeadersCount = MOST_HEADERS + 1;
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the web side listens on no TCP port');
  return address.port;
}
