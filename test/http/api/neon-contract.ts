// Neon's own OpenAPI files, as they ship in its npm client: every reply of a compatible route is
// held against them.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

export type ContractVersion = '2.7.3' | '2.7.2' | '1.10.0';

const FILES: Readonly<Record<ContractVersion, { readonly name: string; readonly file: string }>> = {
  '2.7.3': { name: '@neondatabase/api-client', file: 'public-v2-for-users.gen.yaml' },
  '2.7.2': { name: 'neon-api-client-2-7-2', file: 'public-v2-for-users.gen.yaml' },
  '1.10.0': { name: 'neon-api-client-1', file: 'public-v2.yaml' },
};

export interface ContractedReply {
  readonly method: string;
  /** Below the prefix, without its query. */
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

interface ContractedRoute {
  readonly method: string;
  /** In OpenAPI's notation. */
  readonly path: string;
  readonly operationId: string;
  readonly pattern: RegExp;
}

export class NeonContract {
  readonly routes: readonly ContractedRoute[];
  readonly #ajv: Ajv;
  readonly #document: unknown;
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(version: ContractVersion) {
    this.#document = documentOf(version);
    this.#ajv = new Ajv({ strict: false, allErrors: true, formats: { int: true, uint64: true } });
    // ajv-formats is CommonJS: its function arrives as the default export's default.
    Reflect.apply(Reflect.get(addFormats, 'default') ?? addFormats, undefined, [this.#ajv]);
    this.#ajv.addSchema({ $id: 'neon', ...asObject(this.#document) });
    this.routes = routesOf(this.#document);
  }

  /**
   * The contract's route for a path; null when Neon has none. Paths of fixed words win over
   * patterns.
   */
  findRoute(method: string, path: string): ContractedRoute | null {
    const fitting = this.routes.filter((route) => route.method === method && route.pattern.test(path));
    return fitting.sort((a, b) => placeholders(a.path) - placeholders(b.path))[0] ?? null;
  }

  /** The contract's route of that path in OpenAPI's notation, whatever the names in braces are. */
  findOperation(method: string, path: string): ContractedRoute | null {
    const plain = (text: string) => text.replaceAll(/\{\w+\}/g, '{}');
    return this.routes.find((route) => route.method === method && plain(route.path) === plain(path)) ?? null;
  }

  /** What is wrong with a reply; empty when it keeps the contract. */
  problemsOf(reply: ContractedReply): string[] {
    const route = this.findRoute(reply.method, reply.path);
    if (route === null) return [`${reply.method} ${reply.path} is not in the contract`];
    const responses = asObject(get(this.#document, ['paths', route.path, route.method.toLowerCase(), 'responses']));
    const key = String(reply.status) in responses ? String(reply.status) : 'default';
    if (key === 'default' && reply.status < 400) return [`${reply.status} is not an answer of ${route.path}`];
    const validate = this.#validator(['paths', route.path, route.method.toLowerCase(), 'responses', key]);
    if (validate === null || validate(reply.body)) return [];
    return (validate.errors ?? []).map((error) => `${route.path}: ${error.instancePath} ${error.message}`);
  }

  #validator(response: readonly string[]): ValidateFunction | null {
    const content = ['content', 'application/json', 'schema'];
    const named = get(this.#document, [...response, '$ref']);
    const at = typeof named === 'string' ? named.slice(2).split('/') : response;
    if (get(this.#document, [...at, ...content]) === undefined) return null;
    const pointer = [...at, ...content].map((part) =>
      encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')),
    );
    const key = pointer.join('/');
    const known = this.#validators.get(key);
    if (known !== undefined) return known;
    const made = this.#ajv.compile({ $ref: `neon#/${key}` });
    this.#validators.set(key, made);
    return made;
  }
}

function documentOf(version: ContractVersion): unknown {
  const { name, file } = FILES[version];
  const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  return parse(readFileSync(join(folder, file), 'utf8'), { merge: true });
}

function routesOf(document: unknown): ContractedRoute[] {
  return Object.entries(asObject(get(document, ['paths']))).flatMap(([path, operations]) =>
    Object.entries(asObject(operations))
      .filter(([method]) => ['get', 'post', 'patch', 'put', 'delete'].includes(method))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operationId: String(asObject(operation).operationId),
        pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      })),
  );
}

function placeholders(path: string): number {
  return path.split('{').length;
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function get(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((found, key) => asObject(found)[key], value);
}
