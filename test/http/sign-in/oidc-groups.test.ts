import { describe, expect, it } from 'vitest';
import type { Claims } from '../../../src/http/sign-in/oidc/oidc-claims.ts';
import { readGroups } from '../../../src/http/sign-in/oidc/oidc-groups.ts';

const many = (count: number) => Array.from({ length: count }, (_, each) => `group-${each}`);

describe('groups of a token', () => {
  it.each<[string, Claims, string, readonly string[]]>([
    ['texts', { groups: ['/staff', ' dba '] }, 'groups', ['/staff', 'dba']],
    ['one text, as AD FS sends it', { groups: 'Domain Users' }, 'groups', ['Domain Users']],
    ['objects', { groups: [{ id: '1', name: 'dba' }, { displayName: 'Büro' }, {}] }, 'groups', ['1', 'dba', 'Büro']],
    ['nested', { realm_access: { roles: ['dba'] } }, 'realm_access.roles', ['dba']],
    ['a URL', { 'https://acme.example/groups': ['dba'] }, 'https://acme.example/groups', ['dba']],
    ['numbers', { groups: [7] }, 'groups', ['7']],
    ['what is no group', { groups: [null, true, ['x'], ''] }, 'groups', []],
    ['none', { groups: [] }, 'groups', []],
    ['more than 200', { groups: many(300) }, 'groups', many(300)],
  ])('are read as %s', (_what, claims, claim, groups) => {
    expect(readGroups([claims], claim)).toEqual({ kind: 'listed', groups });
  });

  it('are of both the ID token and the userinfo endpoint', () => {
    expect(readGroups([{}, { groups: ['dba'] }], 'groups')).toEqual({ kind: 'listed', groups: ['dba'] });
  });

  it.each<[string, Claims, string | null, string]>([
    ['no claim is configured', { groups: ['dba'] }, null, 'not_read'],
    ['the claim is absent', { email: 'ann@acme.example' }, 'groups', 'missing'],
    ['Entra ID has them elsewhere', { _claim_names: { groups: 'src1' } }, 'groups', 'elsewhere'],
    ['Entra ID says that there are some', { hasgroups: true }, 'groups', 'elsewhere'],
    ['there are too many to keep', { groups: many(6_000) }, 'groups', 'elsewhere'],
  ])('are not taken for none where %s', (_what, claims, claim, kind) => {
    expect(readGroups([claims], claim)).toEqual({ kind });
  });
});
