// What a program may do, in words for people: on the page that asks, and among My sessions.

import { API_SCOPES, type ApiScope, isApiScope } from '../../../catalogue/rights/scopes.ts';

const WORDS: Readonly<Record<ApiScope, string>> = {
  'urn:neoncloud:projects:read': 'See your projects, their databases and their use',
  'urn:neoncloud:projects:create': 'Create projects',
  'urn:neoncloud:projects:update': 'Change projects: computes, databases, roles and their passwords',
  'urn:neoncloud:projects:delete': 'Delete projects, or move them to another account',
  'urn:neoncloud:orgs:read': 'See your organizations, their members and rules',
  'urn:neoncloud:orgs:create': 'Create organizations',
  'urn:neoncloud:orgs:update': 'Change the settings of your organizations',
  'urn:neoncloud:orgs:delete': 'Delete your organizations',
  'urn:neoncloud:orgs:permission': 'Decide who has access: members, guests, teams and access rules',
};
const ORDER = Object.keys(WORDS).filter(isApiScope);

/** What it may do in words, one sentence each; besides name and email. */
export function scopesInWords(scopes: readonly string[]): string[] {
  const given = new Set(scopes);
  return ORDER.filter((scope) => given.has(scope)).map((scope) => WORDS[scope]);
}

interface Verb {
  readonly thing: keyof typeof DETAILS;
  readonly word: string;
  /** What cannot be undone, or lets others in. */
  readonly weight: 'light' | 'heavy';
}

const DETAILS = {
  Projects: 'with their computes, databases, roles and passwords',
  Organizations: 'with their members, settings and rules',
  Access: 'members, guests, teams and access rules',
  'API keys': 'which stay until you revoke them',
} as const;

const VERBS: Readonly<Record<ApiScope, Verb>> = {
  'urn:neoncloud:projects:read': { thing: 'Projects', word: 'See', weight: 'light' },
  'urn:neoncloud:projects:create': { thing: 'Projects', word: 'Create', weight: 'light' },
  'urn:neoncloud:projects:update': { thing: 'Projects', word: 'Change', weight: 'light' },
  'urn:neoncloud:projects:delete': { thing: 'Projects', word: 'Delete or move', weight: 'heavy' },
  'urn:neoncloud:orgs:read': { thing: 'Organizations', word: 'See', weight: 'light' },
  'urn:neoncloud:orgs:create': { thing: 'Organizations', word: 'Create', weight: 'light' },
  'urn:neoncloud:orgs:update': { thing: 'Organizations', word: 'Change', weight: 'light' },
  'urn:neoncloud:orgs:delete': { thing: 'Organizations', word: 'Delete', weight: 'heavy' },
  'urn:neoncloud:orgs:permission': { thing: 'Access', word: 'Decide who has it', weight: 'heavy' },
};
// All scopes together let it make keys, which outlive what was given here.
const MAKE_KEYS: Verb = { thing: 'API keys', word: 'Create', weight: 'heavy' };

/** The same at a glance: by thing, in the order of the things. */
export function rightsByThing(scopes: readonly string[]) {
  const given = new Set(scopes);
  const verbs = ORDER.filter((scope) => given.has(scope)).map((scope) => VERBS[scope]);
  if (API_SCOPES.every((scope) => given.has(scope))) verbs.push(MAKE_KEYS);
  const things = [...new Set(verbs.map(({ thing }) => thing))];
  return things.map((thing) => ({
    thing,
    detail: DETAILS[thing],
    verbs: verbs.filter((verb) => verb.thing === thing),
  }));
}
