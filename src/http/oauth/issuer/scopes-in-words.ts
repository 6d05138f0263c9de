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

export interface ScopesInWords {
  /** Besides name and email; empty: nothing. */
  readonly rights: readonly string[];
  /** All scopes together let it make keys, which outlive what was given here. */
  readonly mayMakeKeys: boolean;
}

export function scopesInWords(scopes: readonly string[]): ScopesInWords {
  const given = new Set(scopes);
  return {
    rights: ORDER.filter((scope) => given.has(scope)).map((scope) => WORDS[scope]),
    mayMakeKeys: API_SCOPES.every((scope) => given.has(scope)),
  };
}
