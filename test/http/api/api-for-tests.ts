// A caller of the management API with a key, whose every reply is held against Neon's contract on
// the way; and people, organizations and projects to call about.

import { expect } from 'vitest';
import { createOrganizationKey, createPersonalKey } from '../../../src/catalogue/access/api-keys.ts';
import { createOrganization } from '../../../src/catalogue/accounts/organizations.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { AccountId, ProjectId } from '../../../src/ids.ts';
import { LIMIT_RULES } from '../../../src/limits/limit-rules.ts';
import { Limits } from '../../../src/limits/limits.ts';
import { createLog } from '../../../src/log.ts';
import type { WebForTests } from '../../support/browser/web-for-tests.ts';
import {
  actingAs,
  addMemberTo,
  addPerson,
  type PersonForTests,
  subjectOf,
} from '../../support/databases/catalogue-for-tests.ts';
import { NeonContract } from './neon-contract.ts';

export interface ApiReply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into replies freely
  readonly body: any;
}

export interface ApiRequest {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Called with every reply before the test sees it. */
export type ReplyCheck = (reply: { method: string; path: string; status: number; body: unknown }) => void;

const contract = new NeonContract('2.7.3');

/** Fails the test when a route that Neon has answers other than Neon promises. */
export const keepsNeonContract: ReplyCheck = (reply) => {
  if (contract.findRoute(reply.method, reply.path) === null) return;
  expect(contract.problemsOf(reply), `${reply.method} ${reply.path}: ${JSON.stringify(reply.body)}`).toEqual([]);
};

export class ApiForTests {
  readonly #url: string;
  readonly #key: string | null;
  readonly #check: ReplyCheck;

  /** `url` is the installation's; a null key sends no Authorization. */
  constructor(url: string, key: string | null, check: ReplyCheck = keepsNeonContract) {
    this.#url = url;
    this.#key = key;
    this.#check = check;
  }

  /** The same, with another key. */
  withKey(key: string): ApiForTests {
    return new ApiForTests(this.#url, key, this.#check);
  }

  get(path: string): Promise<ApiReply> {
    return this.send('GET', path);
  }

  post(path: string, body?: unknown): Promise<ApiReply> {
    return this.send('POST', path, { body });
  }

  patch(path: string, body: unknown): Promise<ApiReply> {
    return this.send('PATCH', path, { body });
  }

  delete(path: string): Promise<ApiReply> {
    return this.send('DELETE', path);
  }

  async send(method: string, path: string, { body, headers = {} }: ApiRequest = {}): Promise<ApiReply> {
    const response = await fetch(`${this.#url}/api/v2${path}`, {
      method,
      headers: {
        ...(this.#key === null ? {} : { authorization: `Bearer ${this.#key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const reply = { status: response.status, headers: response.headers, body: await jsonOf(response) };
    this.#check({ method, path: path.split('?')[0] ?? path, ...reply });
    return reply;
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  return text === '' ? null : JSON.parse(text);
}

export interface CallerForTests extends PersonForTests {
  readonly key: string;
  readonly api: ApiForTests;
}

/** A person with a personal key. */
export async function newCaller(web: WebForTests, prefix = 'caller'): Promise<CallerForTests> {
  const person = await addPerson(web.catalogue, prefix);
  const context = await actingAs(web.catalogue, person);
  const { key } = await createPersonalKey(web.catalogue, context, { name: 'tests' });
  return { ...person, key: key.reveal(), api: new ApiForTests(web.localUrl, key.reveal()) };
}

/** An organization with that admin and those members. */
export async function newOrganization(
  web: WebForTests,
  admin: PersonForTests,
  members: readonly PersonForTests[] = [],
): Promise<{ readonly id: AccountId; readonly name: string }> {
  const organization = await createOrganization(web.catalogue, SYSTEM_CONTEXT, {
    name: 'Example Org',
    admin: subjectOf(admin),
  });
  for (const person of members) await addMemberTo(web.catalogue, organization, { person });
  return organization;
}

/** A caller with an organization's key, or a key of one of its projects. */
export async function organizationCaller(
  web: WebForTests,
  admin: PersonForTests,
  of: { readonly accountId: AccountId; readonly projectId?: ProjectId },
): Promise<ApiForTests> {
  const context = await actingAs(web.catalogue, admin);
  const { key } = await createOrganizationKey(web.catalogue, context, { ...of, name: 'tests' });
  return new ApiForTests(web.localUrl, key.reveal());
}

/** Spends all calls that a key has in this minute, without making them. */
export async function useUpMinute(
  web: WebForTests,
  who: { readonly keyId: string; readonly address: string },
): Promise<void> {
  const limits = new Limits({ redis: web.redis, log: createLog('silent') });
  const { points } = LIMIT_RULES.api_calls_of_key;
  await Promise.all(Array.from({ length: points }, (_, index) => limits.apiCall({ ...who, route: `route ${index}` })));
}
