// An identity provider as it calls an organization's SCIM endpoint.

import { createSinglePurposeKey } from '../../../src/catalogue/access/api-keys.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { AccountId } from '../../../src/ids.ts';
import type { WebForTests } from '../../support/browser/web-for-tests.ts';

export interface ScimReply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into replies freely
  readonly body: any;
}

export type ScimClient = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<ScimReply>;

export function scimClient(url: string, { id, key }: { readonly id: AccountId; readonly key: string }): ScimClient {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}/scim/v2/organizations/${id}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/scim+json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  };
}

export async function scimOf(web: WebForTests, id: AccountId): Promise<ScimClient> {
  const { key } = await createSinglePurposeKey(web.catalogue, SYSTEM_CONTEXT, {
    accountId: id,
    name: 'Okta',
    kind: 'scim',
  });
  return scimClient(web.localUrl, { id, key: key.reveal() });
}
