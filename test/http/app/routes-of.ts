// Every route of an Express application, found by walking its router, so that a new route cannot
// escape the tests.

import type { Express } from 'express';

export interface FoundRoute {
  readonly method: string;
  /** As declared; our routers carry whole paths, so nesting adds nothing to them. */
  readonly path: string;
}

/**
 * Express' name for what `all` registers: here, the answers to methods that a path does not have.
 */
const ANY_METHOD = '_all';

/** Methods in upper case. */
export function routesOf(app: Express): FoundRoute[] {
  return routesIn(app.router);
}

/** The routes of the application that no handler of that name comes before. */
export function routesNotBehind(app: Express, handler: string): FoundRoute[] {
  return app.router.stack.flatMap((layer, index, stack) => {
    const before = stack.slice(0, index).filter(({ name }) => name === handler);
    return routesIn(layer.handle).filter(({ path }) => !before.some((each) => covers(each, path)));
  });
}

/** Paths of routes that read a body, with the names of the handlers that come right behind that. */
export function behindBodies(app: Express): Array<{ readonly path: string; readonly handler: unknown }> {
  return bodiesIn(app.router);
}

function bodiesIn(router: unknown): ReturnType<typeof behindBodies> {
  const stack = fieldOf(router, 'stack');
  if (!Array.isArray(stack)) return [];
  return stack.flatMap((layer: unknown) => {
    const path = fieldOf(fieldOf(layer, 'route'), 'path');
    const handlers = fieldOf(fieldOf(layer, 'route'), 'stack');
    if (typeof path !== 'string' || !Array.isArray(handlers)) return bodiesIn(fieldOf(layer, 'handle'));
    const names = handlers.map((handler: unknown) => fieldOf(handler, 'name'));
    return names.flatMap((name, index) => (/Parser$/.test(String(name)) ? [{ path, handler: names[index + 1] }] : []));
  });
}

function covers(layer: unknown, path: string): boolean {
  const match = fieldOf(layer, 'match');
  return typeof match === 'function' && Boolean(match.call(layer, path));
}

function routesIn(router: unknown): FoundRoute[] {
  const stack = fieldOf(router, 'stack');
  if (!Array.isArray(stack)) return [];
  return stack.flatMap((layer: unknown) => {
    const route = fieldOf(layer, 'route');
    const path = fieldOf(route, 'path');
    const methods = fieldOf(route, 'methods');
    if (typeof path !== 'string' || typeof methods !== 'object' || methods === null) {
      return routesIn(fieldOf(layer, 'handle'));
    }
    return Object.keys(methods)
      .filter((method) => method !== ANY_METHOD)
      .map((method) => ({ method: method.toUpperCase(), path }));
  });
}

function fieldOf(owner: unknown, name: string): unknown {
  const isOwner = (typeof owner === 'object' && owner !== null) || typeof owner === 'function';
  return isOwner ? Reflect.get(owner, name) : undefined;
}
