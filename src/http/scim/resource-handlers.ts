// What users and groups have in common over SCIM (RFC 7644, 3.3 to 3.6). Knows nothing of either.

import { scimCondition } from '../../catalogue/scim/scim-filter.ts';
import type { AccountId } from '../../ids.ts';
import { type PatchOperation, patchOperations } from './patch-operations.ts';
import {
  etagOf,
  expectedVersion,
  filterIn,
  pageOf,
  type ScimCall,
  type ScimHandler,
  sendList,
  sendResource,
  type Versioned,
} from './scim-call.ts';

type Resource = Parameters<typeof sendResource>[1];

export interface ScimPage {
  readonly accountId: AccountId;
  readonly filter: ReturnType<typeof scimCondition> | null;
  readonly offset: number;
  readonly limit: number;
}

interface Which {
  readonly accountId: AccountId;
  /** As it stands in the path. */
  readonly id: string;
}

export interface VersionOf extends Which {
  /** Null: any. */
  readonly version: number | null;
}

/** One kind of resource: how each thing is done to it, and what is shown of it. */
export interface ResourceKind<Thing extends Versioned> {
  readonly type: 'User' | 'Group';
  list(call: ScimCall, page: ScimPage): Promise<{ readonly things: readonly Thing[]; readonly total: number }>;
  get(call: ScimCall, which: Which): Promise<Thing>;
  create(call: ScimCall): Promise<Thing>;
  replace(call: ScimCall, which: VersionOf): Promise<Thing>;
  patch(call: ScimCall, which: VersionOf, operations: readonly PatchOperation[]): Promise<Thing>;
  remove(call: ScimCall, which: VersionOf): Promise<unknown>;
  /** In the order of the things. */
  represent(call: ScimCall, things: readonly Thing[]): Promise<readonly Resource[]>;
  /** What a patch is answered with: the resource, or 204 where that may be large. */
  readonly patched: 'resource' | 'nothing';
}

export interface ResourceHandlers {
  readonly all: { readonly get: ScimHandler; readonly post: ScimHandler };
  readonly one: Readonly<Record<'get' | 'put' | 'patch' | 'delete', ScimHandler>>;
}

export function resourceHandlers<Thing extends Versioned>(kind: ResourceKind<Thing>): ResourceHandlers {
  const answer = async (call: ScimCall, thing: Thing, status: 200 | 201 = 200) => {
    for (const resource of await kind.represent(call, [thing])) sendResource(call, resource, status);
  };
  return {
    all: {
      get: (call) => listAll(call, kind),
      post: async (call) => await answer(call, await kind.create(call), 201),
    },
    one: {
      get: async (call) => await answer(call, await kind.get(call, which(call))),
      put: async (call) => await answer(call, await kind.replace(call, versionOf(call))),
      patch: async (call) => {
        const thing = await kind.patch(call, versionOf(call), patchOperations(call.body));
        // RFC 7644, 3.5.2: the resource where `attributes` asks for some of it.
        if (kind.patched === 'resource' || call.request.query.attributes !== undefined)
          return await answer(call, thing);
        call.response.status(204).set('ETag', etagOf(thing.version)).end();
      },
      delete: async (call) => {
        await kind.remove(call, versionOf(call));
        call.response.status(204).end();
      },
    },
  };
}

async function listAll<Thing extends Versioned>(call: ScimCall, kind: ResourceKind<Thing>): Promise<void> {
  const page = pageOf(call);
  const text = filterIn(call);
  const filter = text === null ? null : scimCondition(kind.type, text);
  const { things, total } = await kind.list(call, { accountId: call.accountId, filter, ...page });
  sendList(call, { resources: await kind.represent(call, things), total, offset: page.offset });
}

function which({ accountId, request }: ScimCall): Which {
  return { accountId, id: String(request.params.id) };
}

function versionOf(call: ScimCall): VersionOf {
  return { ...which(call), version: expectedVersion(call) };
}
