// Assigns an id to each request and writes one log line when it is answered. Headers, queries and
// bodies are never logged.

import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { pinoHttp } from 'pino-http';
import { errorForLog, type Log } from '../../log.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import { loggedPath } from './logged-path.ts';

const QUIET_PATH = /^\/(?:healthz|readyz|assets\/)/;

/**
 * Gives each request an id (`X-Request-Id`) and logs its end; health checks and assets are logged
 * only when they fail.
 */
export function requestLog(log: Log): RequestHandler {
  return pinoHttp({
    logger: log,
    genReqId: (_request, response) => {
      const id = randomUUID();
      response.setHeader('X-Request-Id', id);
      return id;
    },
    wrapSerializers: false,
    serializers: {
      err: (error: unknown) => errorForLog(error),
      req: (request: { id: string; method: string; originalUrl?: string; url: string }) => ({
        id: request.id,
        method: request.method,
        path: loggedPath(request.originalUrl ?? request.url),
      }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
    customLogLevel: (request, response) => {
      if (response.statusCode >= 500) return 'error';
      return QUIET_PATH.test(request.url ?? '') ? 'silent' : 'info';
    },
    customSuccessMessage: () => 'request answered',
    customErrorMessage: () => 'request failed',
    customSuccessObject: (_request, _response, fields) => ({ event: 'http.request_answered', ...fields }),
    customErrorObject: (_request, _response, _error, fields) => ({ event: 'http.request_failed', ...fields }),
  });
}

/** Measures each request by the pattern of its route, so that ids do not become labels. */
export function requestMetrics(metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    response.on('finish', () => {
      const route = typeof request.route?.path === 'string' ? request.route.path : 'none';
      const labels = { method: request.method, route, status: String(response.statusCode) };
      metrics.httpRequestSeconds.observe(labels, (performance.now() - startedAt) / 1_000);
    });
    next();
  };
}
