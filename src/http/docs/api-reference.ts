// The reference of the management API, made from its OpenAPI document.

import type { ApiField } from '../../../web/components/docs/api-fields.tsx';
import type { ApiGroup, ApiObjectsProps, ApiOperation } from '../../../web/pages/docs/api-reference-pages.tsx';
import type { openApiDocument } from '../api/openapi-document.ts';
import { type ApiSchema, fieldOf, fieldsOf } from './api-fields.ts';
import { curlExample } from './curl-example.ts';

type OpenApi = ReturnType<typeof openApiDocument>;
type PathItem = NonNullable<OpenApi['paths']>[string];
type Operation = NonNullable<PathItem['get']>;
type Method = (typeof METHODS)[number];

const METHODS = ['get', 'post', 'patch', 'delete'] as const;
const JSON_TYPE = 'application/json';

export interface ApiReference {
  readonly groups: readonly ApiGroup[];
  readonly objects: ApiObjectsProps['objects'];
}

/** Groups have pages below `path`, objects one at `objectsPath`. */
export function apiReference(document: OpenApi, apiUrl: string, path: string): ApiReference {
  const objectsPath = `${path}/objects`;
  const groups = new Map<string, ApiOperation[]>();
  for (const [place, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      const title = operation.tags?.[0] ?? 'Other';
      const described = describe({ operation, method, place }, apiUrl, objectsPath);
      groups.set(title, [...(groups.get(title) ?? []), described]);
    }
  }
  const schemas = Object.entries(document.components?.schemas ?? {});
  return {
    groups: [...groups].map(([title, operations]) => ({ title, href: `${path}/${slugOf(title)}`, operations })),
    objects: schemas.map(([name, schema]) => ({ name, fields: fieldsOf(schema, objectsPath) })),
  };
}

interface PlacedOperation {
  readonly operation: Operation;
  readonly method: Method;
  readonly place: string;
}

function describe({ operation, method, place }: PlacedOperation, apiUrl: string, objectsPath: string): ApiOperation {
  const body = bodyOf(operation);
  return {
    id: operation.operationId ?? '',
    method: method.toUpperCase(),
    path: place,
    summary: operation.summary ?? '',
    parameters: parametersOf(operation, objectsPath),
    body: body === null ? [] : fieldsOf(body, objectsPath),
    reply: replyOf(operation, objectsPath),
    curl: curlExample({ url: `${apiUrl}${place}`, method, query: requiredQuery(operation), body }),
  };
}

function parametersOf({ parameters = [] }: Operation, objectsPath: string): ApiField[] {
  return parameters.flatMap((parameter) => {
    if ('$ref' in parameter || parameter.schema === undefined) return [];
    const place = { name: parameter.name, isRequired: parameter.required === true };
    return [fieldOf(place, parameter.schema, objectsPath)];
  });
}

function requiredQuery({ parameters = [] }: Operation): ReadonlyArray<readonly [name: string, schema: ApiSchema]> {
  return parameters.flatMap((parameter) => {
    if ('$ref' in parameter || parameter.in !== 'query' || parameter.required !== true) return [];
    return parameter.schema === undefined ? [] : [[parameter.name, parameter.schema] as const];
  });
}

function bodyOf({ requestBody }: Operation): ApiSchema | null {
  if (requestBody === undefined || '$ref' in requestBody) return null;
  return requestBody.content[JSON_TYPE]?.schema ?? null;
}

/** Of success; every other answer is an `Error`. */
function replyOf({ responses = {} }: Operation, objectsPath: string): ApiField[] {
  const [, success] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? [];
  const schema = success?.content?.[JSON_TYPE]?.schema;
  return schema === undefined ? [] : fieldsOf(schema, objectsPath);
}

function slugOf(title: string): string {
  return title.toLowerCase().replaceAll(' ', '-');
}
