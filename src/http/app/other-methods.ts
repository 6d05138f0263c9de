// Answers 405 with `Allow` for paths that are only known by other methods.

import express, { type RequestHandler, type Router } from 'express';
import { PosternError } from '../../errors.ts';

const ALLOWED = 'allowedMethods';
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Passes requests that a route accepts, and unknown paths. Throws `method_not_allowed`. */
export function refuseOtherMethods(router: Router): RequestHandler {
  const guard = express.Router();
  for (const { path, methods } of pathsOf(router)) {
    guard.all(path, (_request, response, next) => {
      response.locals[ALLOWED] = [...allowedOf(response.locals), ...methods];
      next();
    });
  }
  guard.use((request, response, next) => {
    const methods = new Set(allowedOf(response.locals));
    if (methods.size === 0 || methods.has(request.method) || request.method === 'OPTIONS') return next();
    response.set('Allow', [...methods].sort().join(', '));
    throw new PosternError('method_not_allowed');
  });
  // A plain function, so that a walk over the routers finds each route only once.
  return (request, response, next) => guard(request, response, next);
}

export function exceptReads(handler: RequestHandler): RequestHandler {
  return (request, response, next) => (READS.has(request.method) ? next() : handler(request, response, next));
}

function allowedOf(locals: { readonly [ALLOWED]?: readonly string[] }): readonly string[] {
  return locals[ALLOWED] ?? [];
}

function pathsOf(router: Pick<Router, 'stack'>): Array<{ readonly path: string; readonly methods: readonly string[] }> {
  return router.stack.flatMap(({ route, handle }) => {
    if (route === undefined) return isRouter(handle) ? pathsOf(handle) : [];
    const methods = route.stack.map(({ method }) => method.toUpperCase());
    // Express answers HEAD where it answers GET.
    return [{ path: route.path, methods: methods.includes('GET') ? [...methods, 'HEAD'] : methods }];
  });
}

function isRouter(handle: object): handle is Router {
  return 'stack' in handle;
}
