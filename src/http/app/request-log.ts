// One log line and one measurement for each request. Headers, queries and bodies are never logged.

import { createHash, randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { pinoHttp } from 'pino-http';
import { isLoginRequestId } from '../../ids.ts';
import { errorForLog, type Log } from '../../log.ts';
import type { Metrics } from '../../metrics/metrics.ts';

const QUIET_PATH = /^\/(?:healthz|readyz|assets\/)/;

/** Health checks and assets are logged only when they fail. */
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

// Express matches paths in any case.
const SECRET_SEGMENT = /^\/(psql_session|setup|invitations|reset|confirm-email)\/([^/]+)/i;
/** Looks like a key or token: ids have no capitals, random base64url usually has. */
const MISPLACED_SECRET = /[\w-]{20,}/g;
const MAX_PATH_CHARACTERS = 256;

/** `/psql_session/#1f2e3d4c` for a token: enough to follow one link through the log. */
export function loggedPath(url: string): string {
  const path = (url.split('?', 1)[0] ?? '').slice(0, MAX_PATH_CHARACTERS);
  return path
    .replace(SECRET_SEGMENT, (whole, folder: string, segment: string) =>
      isLoginRequestId(segment) ? whole : `/${folder}/#${digestPrefix(segment)}`,
    )
    .replace(MISPLACED_SECRET, (word) => (/[A-Z]/.test(word) ? `#${digestPrefix(word)}` : word));
}

function digestPrefix(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 8);
}
