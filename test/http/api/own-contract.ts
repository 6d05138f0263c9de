// Postern's own OpenAPI document as a test reads it: which operations there are, and whether a
// reply is what it promises.

import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export interface OwnOperation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly pattern: RegExp;
  readonly responses: unknown;
  /** By name; what the document says of path and query parameters. */
  readonly parameters: ReadonlyMap<string, unknown>;
}

interface Reply {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

export class OwnContract {
  readonly version: unknown;
  readonly operations: readonly OwnOperation[];
  readonly #ajv: Ajv2020;

  constructor(document: unknown) {
    this.version = fieldOf(document, 'openapi');
    this.operations = operationsOf(document);
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    Reflect.apply(Reflect.get(addFormats, 'default') ?? addFormats, undefined, [this.#ajv]);
    this.#ajv.addSchema({ $id: 'own', ...asObject(document) });
  }

  operationIdOf({ method, path }: Pick<Reply, 'method' | 'path'>): string {
    return this.#operation(method, path)?.operationId ?? `${method} ${path}`;
  }

  problemsOf({ method, path, status, body }: Reply): string[] {
    const operation = this.#operation(method, path);
    if (operation === null) return ['not in our document'];
    const isNamed = String(status) in asObject(operation.responses);
    const response = isNamed || status < 400 ? String(status) : 'default';
    const place = [
      'paths',
      operation.path,
      method.toLowerCase(),
      'responses',
      response,
      'content',
      'application/json',
      'schema',
    ];
    const pointer = place.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const validate = this.#ajv.getSchema(`own#/${pointer}`);
    if (validate === undefined) return [`${status} is not an answer of ${operation.path}`];
    return validate(body) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  }

  #operation(method: string, path: string): OwnOperation | null {
    const fitting = this.operations.filter((operation) => operation.method === method && operation.pattern.test(path));
    return fitting.toSorted((a, b) => a.path.split('{').length - b.path.split('{').length)[0] ?? null;
  }
}

function operationsOf(document: unknown): OwnOperation[] {
  return Object.entries(asObject(fieldOf(document, 'paths'))).flatMap(([path, methods]) =>
    Object.entries(asObject(methods)).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operationId: String(fieldOf(operation, 'operationId')),
      pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      responses: fieldOf(operation, 'responses'),
      parameters: parametersOf(operation),
    })),
  );
}

function parametersOf(operation: unknown): ReadonlyMap<string, unknown> {
  const parameters = fieldOf(operation, 'parameters');
  const list: unknown[] = Array.isArray(parameters) ? parameters : [];
  return new Map(list.map((parameter) => [String(fieldOf(parameter, 'name')), fieldOf(parameter, 'schema')]));
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function fieldOf(value: unknown, name: string): unknown {
  return asObject(value)[name];
}
