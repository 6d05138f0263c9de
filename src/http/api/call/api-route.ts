// One route of the management API as data, which also makes the OpenAPI document.

import { z } from 'zod';
import { PosternError } from '../../../errors.ts';
import type { LimitRuleName } from '../../../limits/limit-rules.ts';
import type { ApiCall } from './api-call.ts';

export const API_PREFIX = '/api/v2';

export type ApiMethod = 'get' | 'post' | 'patch' | 'delete';

export interface ApiRoute {
  readonly method: ApiMethod;
  /** Below the prefix, in OpenAPI's notation: `/projects/{project_id}`. */
  readonly path: string;
  /** Neon API 2.7.3: its operationId; our own where Neon has no such route. */
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  /** Of success; 422 for a route that only refuses. */
  readonly status: 200 | 201 | 422;
  /** Limit besides those of every call. */
  readonly limit?: LimitRuleName | undefined;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType | null;
  readonly reply: z.ZodType;
  /** Checks the input, then performs the route. Throws `invalid_input`, and what its rules say. */
  perform(call: ApiCall, raw: Record<'params' | 'query' | 'body', unknown>): Promise<unknown>;
}

type UntaggedRoute = Omit<ApiRoute, 'tag'>;

interface RouteDefinition<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Reply extends z.ZodType,
> extends Pick<ApiRoute, 'operationId' | 'summary' | 'limit'> {
  /** 200 by default. */
  readonly status?: ApiRoute['status'];
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly reply: Reply;
  readonly perform: (
    call: ApiCall,
    input: { readonly params: z.output<Params>; readonly query: z.output<Query>; readonly body: z.output<Body> },
  ) => Promise<z.input<Reply>>;
}

type Nothing = z.ZodObject<Record<never, never>>;
const nothing: Nothing = z.object({});

/** Ties the types of a route together; they are known inside `perform` only. */
export function apiRoute<
  Reply extends z.ZodType,
  Params extends z.ZodObject = Nothing,
  Query extends z.ZodObject = Nothing,
  Body extends z.ZodType = Nothing,
>(method: ApiMethod, path: string, definition: RouteDefinition<Params, Query, Body, Reply>): UntaggedRoute {
  // An omitted schema is `nothing`, the default of its type parameter.
  const params = (definition.params ?? nothing) as Params;
  const query = (definition.query ?? nothing) as Query;
  const body = (definition.body ?? nothing) as Body;
  return {
    ...{ status: 200, ...definition, method, path, params, query },
    body: definition.body ?? null,
    perform: (call, raw) =>
      definition.perform(call, {
        params: checked(params, raw.params, 'path'),
        query: checked(query, raw.query, 'query'),
        body: checked(body, raw.body, 'body'),
      }),
  };
}

/** The routes under one heading of the OpenAPI document. */
export function tagged(tag: string, routes: readonly UntaggedRoute[]): readonly ApiRoute[] {
  return routes.map((route) => ({ ...route, tag }));
}

function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: 'path' | 'query' | 'body',
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new PosternError('invalid_field', { params: fieldAndRule(result.error, where) });
}

/** Of the first issue: `body.project.name`, `too small: expected string to have >=1 characters`. */
function fieldAndRule({ issues }: z.ZodError, where: string): { field: string; rule: string } {
  const [issue] = issues;
  const rule = issue?.message ?? 'invalid';
  return { field: [where, ...(issue?.path ?? [])].join('.'), rule: `${rule.charAt(0).toLowerCase()}${rule.slice(1)}` };
}
