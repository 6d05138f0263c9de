// One SCIM call as its route sees it, and what its answers are made of (RFC 7644, 3.1).

import type { Request, Response } from 'express';
import type { ActionParts } from '../../actions/action-parts.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { AccountId } from '../../ids.ts';

export const SCIM_PREFIX = '/scim/v2';
export const SCIM_TYPE = 'application/scim+json';

export type ScimParts = Pick<
  ActionParts,
  'catalogue' | 'liveConnections' | 'limits' | 'auditTrail' | 'address' | 'clock'
>;

export interface ScimCall extends ScimParts {
  readonly accountId: AccountId;
  readonly context: AuditContext;
  /** Of the organization's resources, without a slash at its end. */
  readonly baseUrl: string;
  readonly request: Request;
  readonly response: Response;
  /** What was sent; an empty object for nothing. */
  readonly body: unknown;
}

export type ScimHandler = (call: ScimCall) => Promise<void>;

/** Under which the organization's identity provider finds it. */
export function scimBaseUrl({ url }: ScimParts['address'], accountId: AccountId): string {
  return `${url}${SCIM_PREFIX}/organizations/${accountId}`;
}

export interface Versioned {
  readonly id: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** RFC 7643, 3.1: `meta`. */
export function metaOf(
  { baseUrl }: ScimCall,
  type: 'User' | 'Group',
  { id, version, createdAt, updatedAt }: Versioned,
) {
  return {
    resourceType: type,
    created: createdAt.toISOString(),
    lastModified: updatedAt.toISOString(),
    location: `${baseUrl}/${type}s/${id}`,
    version: etagOf(version),
  };
}

export function etagOf(version: number): string {
  return `W/"${version}"`;
}

/** Of `If-Match`; null for any. Throws `version_mismatch` for a text that is no version of ours. */
export function expectedVersion({ request }: ScimCall): number | null {
  const asked = request.get('if-match')?.trim();
  if (asked === undefined || asked === '' || asked === '*') return null;
  const [, version] = /^(?:W\/)?"(\d{1,9})"$/.exec(asked) ?? [];
  if (version === undefined) throw new PosternError('version_mismatch');
  return Number(version);
}

/** With its address and ETag; 304 for whoever has this version. */
export function sendResource(
  { request, response }: ScimCall,
  resource: { readonly meta: ReturnType<typeof metaOf> },
  status: 200 | 201 = 200,
): void {
  response.set('ETag', resource.meta.version).set('Location', resource.meta.location);
  const isKnown = request.method === 'GET' && request.get('if-none-match')?.includes(resource.meta.version) === true;
  if (isKnown) return void response.status(304).end();
  send(response, status, withAttributes(request, resource));
}

export function send(response: Response, status: number, body: unknown): void {
  response.status(status).type(SCIM_TYPE).send(JSON.stringify(body));
}

const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const DEFAULT_COUNT = 100;
const MAX_COUNT = 200;

/** RFC 7644, 3.4.2.4: what is too small or no number counts as its nearest. */
export function pageOf({ request }: ScimCall): { readonly offset: number; readonly limit: number } {
  const startIndex = Math.min(Math.max(numberIn(request, 'startIndex') ?? 1, 1), 1_000_000_000);
  const limit = Math.min(Math.max(numberIn(request, 'count') ?? DEFAULT_COUNT, 0), MAX_COUNT);
  return { offset: startIndex - 1, limit };
}

export function sendList(
  { request, response }: ScimCall,
  {
    resources,
    total,
    offset,
  }: { readonly resources: readonly object[]; readonly total: number; readonly offset: number },
): void {
  send(response, 200, {
    schemas: [LIST],
    totalResults: total,
    startIndex: offset + 1,
    itemsPerPage: resources.length,
    Resources: resources.map((resource) => withAttributes(request, resource)),
  });
}

/** Null without one. */
export function filterIn({ request }: ScimCall): string | null {
  const text = textIn(request, 'filter')?.trim();
  return text === undefined || text === '' ? null : text;
}

export function isAsked({ request }: ScimCall, attribute: string): boolean {
  const [asked, excluded] = [namesIn(request, 'attributes'), namesIn(request, 'excludedAttributes')];
  return (asked === null || asked.has(attribute)) && excluded?.has(attribute) !== true;
}

const ALWAYS = new Set(['schemas', 'id', 'meta']);

/** RFC 7644, 3.9, for whole attributes. */
function withAttributes(request: Request, resource: object): object {
  const [asked, excluded] = [namesIn(request, 'attributes'), namesIn(request, 'excludedAttributes')];
  if (asked === null && excluded === null) return resource;
  const kept = Object.entries(resource).filter(([name]) => {
    const key = name.toLowerCase();
    return ALWAYS.has(key) || ((asked === null || asked.has(key)) && excluded?.has(key) !== true);
  });
  return Object.fromEntries(kept);
}

/** In lower case, without what is below an attribute. */
function namesIn(request: Request, parameter: string): ReadonlySet<string> | null {
  const text = textIn(request, parameter);
  if (text === undefined || text.trim() === '') return null;
  const names = text.split(',').map((name) =>
    name
      .trim()
      .toLowerCase()
      .replace(/^urn:.*:(?=\w)/, ''),
  );
  return new Set(names.map((name) => name.split('.')[0] ?? ''));
}

function numberIn(request: Request, parameter: string): number | null {
  const text = textIn(request, parameter)?.trim() ?? '';
  return /^-?\d{1,15}$/.test(text) ? Number(text) : null;
}

function textIn(request: Request, parameter: string): string | undefined {
  const value = request.query[parameter];
  return typeof value === 'string' ? value : undefined;
}
