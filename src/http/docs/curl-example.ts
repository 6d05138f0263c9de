// A curl command for a route: what the route requires, with shell variables for the ids.

import { type ApiSchema, isReference } from './api-fields.ts';

interface ExampleParts {
  /** With `{project_id}` for each id. */
  readonly url: string;
  readonly method: string;
  /** The parameters that are required. */
  readonly query: ReadonlyArray<readonly [name: string, schema: ApiSchema]>;
  readonly body: ApiSchema | null;
}

const EXAMPLES: Readonly<Record<string, string>> = {
  name: 'blog',
  type: 'read_only',
  email: 'kim@example.com',
  from: '2026-11-01T00:00:00Z',
  to: '2026-12-01T00:00:00Z',
};

export function curlExample({ url, method, query, body }: ExampleParts): string {
  const search = query.map(([name, schema]) => `${name}=${wordFor(name, schema)}`).join('&');
  const address = `${url.replaceAll(/\{(\w+)\}/g, (_, name: string) => variableFor(name))}${search && `?${search}`}`;
  const lines = [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}"${address}"`,
    '-H "Authorization: Bearer $API_KEY"',
  ];
  if (body !== null) lines.push('-H "Content-Type: application/json"', `-d '${JSON.stringify(exampleOf('', body))}'`);
  return lines.join(' \\\n  ');
}

/** What is required; else a name, if there is one. */
function exampleOf(name: string, schema: ApiSchema): unknown {
  if (isReference(schema)) return {};
  if (schema.items !== undefined) return [exampleOf(name, schema.items)];
  if (schema.properties === undefined) return schema.type === 'boolean' ? true : wordFor(name, schema);
  const { properties, required = [] } = schema;
  const wanted = required.length > 0 ? required : Object.keys(properties).filter((key) => key === 'name');
  return Object.fromEntries(
    wanted.flatMap((key) => {
      const inner = properties[key];
      return inner === undefined ? [] : [[key, exampleOf(key, inner)]];
    }),
  );
}

function wordFor(name: string, schema: ApiSchema): string {
  if (!isReference(schema) && schema.items !== undefined) return wordFor(name, schema.items);
  const [word] = isReference(schema) ? [] : (schema.enum ?? []);
  return EXAMPLES[name] ?? (typeof word === 'string' ? word : name.toUpperCase());
}

function variableFor(name: string): string {
  return `$${name.toUpperCase()}`;
}
