// Serves /metrics without sign-in: bind it where only the monitoring reaches it.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import type { Metrics } from './metrics.ts';

const REQUEST_LIMIT_MS = 10_000;
const MAX_CONNECTIONS = 100;

export interface MetricsServer {
  /** Port 0 takes a free one. */
  listen(): Promise<{ readonly host: string; readonly port: number }>;
  close(): Promise<void>;
}

interface MetricsServerOptions {
  readonly metrics: Metrics;
  readonly host: string;
  readonly port: number;
  readonly log: Log;
}

export function createMetricsServer({ metrics, host, port, log }: MetricsServerOptions): MetricsServer {
  const server = createServer((request, response) => {
    answer(metrics, request, response).catch((error: unknown) => {
      log.error({ event: 'metrics.request_failed', err: error }, 'could not answer a request for metrics');
      response.destroy();
    });
  });
  server.requestTimeout = REQUEST_LIMIT_MS;
  server.maxConnections = MAX_CONNECTIONS;
  return {
    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          // NOTE: a failed accept (EMFILE) must not end the process.
          server.on('error', (error) =>
            log.error({ event: 'metrics.accept_failed', err: error }, 'could not accept a request for metrics'),
          );
          resolve();
        });
      });
      const address = server.address();
      return { host, port: typeof address === 'object' && address !== null ? address.port : port };
    },
    async close() {
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(metrics: Metrics, request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.resume();
  const path = (request.url ?? '').split('?', 1)[0];
  if (path !== '/metrics') return end(response, { status: 404, text: 'not found\n' });
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return end(response, { status: 405, text: 'method not allowed here\n' });
  }
  response.setHeader('Content-Type', metrics.registry.contentType);
  end(response, { status: 200, text: await metrics.registry.metrics() });
}

function end(response: ServerResponse, { status, text }: { status: number; text: string }): void {
  response.statusCode = status;
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (!response.hasHeader('Content-Type')) response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(text);
}
