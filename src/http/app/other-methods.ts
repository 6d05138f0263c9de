// Answers 405 with `Allow` where a page is known by other methods only. Our routers carry whole paths, and their parts
// are words or `:names`.

import type { RequestHandler, Router } from 'express';
import { PosternError } from '../../errors.ts';

interface KnownPath {
  readonly segments: readonly string[];
  readonly methods: readonly string[];
}

/** Passes what one of the routes takes, and every path that none of them has. Throws `method_not_allowed`. */
export function refuseOtherMethods(router: Router): RequestHandler {
  const known = pathsOf(router);
  return (request, response, next) => {
    const segments = segmentsOf(request.path);
    const methods = new Set(known.filter((path) => isMatch(path, segments)).flatMap((path) => path.methods));
    if (methods.size === 0 || methods.has(request.method) || request.method === 'OPTIONS') return next();
    response.set('Allow', [...methods].sort().join(', '));
    throw new PosternError('method_not_allowed');
  };
}

function pathsOf(router: Pick<Router, 'stack'>): KnownPath[] {
  return router.stack.flatMap(({ route, handle }) => {
    if (route === undefined) return isRouter(handle) ? pathsOf(handle) : [];
    const methods = route.stack.map(({ method }) => method.toUpperCase());
    // Express answers HEAD where it answers GET.
    return [{ segments: segmentsOf(route.path), methods: methods.includes('GET') ? [...methods, 'HEAD'] : methods }];
  });
}

function isRouter(handle: object): handle is Router {
  return 'stack' in handle;
}

function isMatch({ segments }: KnownPath, asked: readonly string[]): boolean {
  if (segments.length !== asked.length) return false;
  return segments.every((segment, index) => segment.startsWith(':') || segment === asked[index]);
}

/** As Express compares them: in any case, and with or without a slash at the end. */
function segmentsOf(path: string): string[] {
  return path.toLowerCase().replace(/\/$/, '').split('/');
}
