// The health checks: the process is alive; the process accepts new work.

import { Router as createRouter, type Router } from 'express';

export interface Readiness {
  isReady: boolean;
}

/** `/readyz` answers 503 until start-up is done and while draining. */
export function healthRoutes(readiness: Readiness): Router {
  const router = createRouter();
  router.get('/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store').type('text/plain').send('ok\n');
  });
  router.get('/readyz', (_request, response) => {
    const { isReady } = readiness;
    response.status(isReady ? 200 : 503);
    response
      .set('Cache-Control', 'no-store')
      .type('text/plain')
      .send(isReady ? 'ready\n' : 'not ready\n');
  });
  return router;
}
