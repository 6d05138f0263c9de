import { describe, expect, it } from 'vitest';
import {
  type ClaimSettings,
  type Claims,
  claimsElsewhere,
  readClaims,
} from '../../../src/http/sign-in/oidc/oidc-claims.ts';

const SETTINGS = {
  emailClaims: ['email', 'preferred_username', 'upn'],
  emailVerified: 'claim',
  nameClaims: ['name'],
  domains: [],
  foreignDomains: [],
} as const satisfies ClaimSettings;
const read = (...sources: Claims[]) => readClaims(sources, SETTINGS);

describe('optional claims', () => {
  it.each<[string, unknown]>([
    ['an empty text', ''],
    ['null', null],
    ['a number', 7],
    ['an object', {}],
    ['only invisible characters', '\u200b\u202e'],
    ['absent', undefined],
  ])('refuse nobody: name is %s', (_what, name) => {
    expect(read({ email: 'ann@example.com', name })).toMatchObject({
      email: 'ann@example.com',
      name: 'ann@example.com',
    });
  });

  it.each<[string, unknown]>([
    ['an empty text', ''],
    ['null', null],
    ['no address', 'ann'],
    ['a number', 1],
    ['an empty list', []],
    ['absent', undefined],
  ])('refuse nobody: email is %s', (_what, email) => {
    expect(read({ email, name: 'Ann' })).toMatchObject({ email: null, emailVerified: false, name: 'Ann' });
  });

  it.each<[unknown, boolean]>([
    [true, true],
    ['true', true],
    ['True', true],
    [1, true],
    ['1', true],
    [false, false],
    ['false', false],
    ['False', false],
    [0, false],
    [null, false],
    [undefined, false],
    ['yes', false],
    [{}, false],
  ])('email_verified of %j counts as %s', (email_verified, verified) => {
    expect(read({ email: 'ann@example.com', email_verified }).emailVerified).toBe(verified);
  });
});

describe('the claim that is the e-mail', () => {
  it('is the first one that holds an address', () => {
    expect(read({ preferred_username: 'ann', upn: 'ann@corp.example' })).toMatchObject({
      email: 'ann@corp.example',
      emailClaim: 'upn',
      name: 'ann',
    });
    const upnFirst = { ...SETTINGS, emailClaims: ['upn', 'email'] };
    const claims = { email: 'mail@corp.example', upn: 'ann@corp.example' };
    expect(readClaims([claims], upnFirst).email).toBe('ann@corp.example');
  });

  it('is verified by email_verified only when it is `email`', () => {
    expect(read({ preferred_username: 'ann@corp.example', email_verified: true }).emailVerified).toBe(false);
  });

  it.each(['always', 'never'] as const)('is verified as the setting says: %s', (emailVerified) => {
    const claims = { upn: 'ann@corp.example', email_verified: true };
    expect(readClaims([claims], { ...SETTINGS, emailVerified }).emailVerified).toBe(emailVerified === 'always');
  });

  it('is verified by nobody but the issuer to which its domain belongs', () => {
    const claims = { email: 'ann@Corp.example', email_verified: true };
    const foreign = { ...SETTINGS, emailVerified: 'always', foreignDomains: ['corp.example'] } as const;
    expect(readClaims([claims], foreign).emailVerified).toBe(false);
    const own = { ...SETTINGS, emailVerified: 'always', domains: ['corp.example'] } as const;
    expect(readClaims([{ email: 'ann@corp.example' }], own).emailVerified).toBe(true);
    expect(readClaims([{ email: 'ann@gmail.example' }], own).emailVerified).toBe(false);
    expect(readClaims([{ email: 'ann@corp.example.evil.example' }], own).emailVerified).toBe(false);
  });

  it('has its domain compared as resolvers know it', () => {
    const own = { ...SETTINGS, emailVerified: 'always', domains: ['xn--bcher-kva.example'] } as const;
    expect(readClaims([{ email: 'ann@BÜCHER.example' }], own).emailVerified).toBe(true);
    expect(readClaims([{ email: 'ann@bücher.example.' }], own).emailVerified).toBe(true);
    // A dot at the end made it nobody's domain, for which any provider could vouch.
    const foreign = { ...SETTINGS, foreignDomains: ['xn--bcher-kva.example'] };
    const vouched = { email: 'ann@bücher.example.', email_verified: true };
    expect(readClaims([vouched], foreign).emailVerified).toBe(false);
  });

  it('is the first address of a list, or inside another claim', () => {
    expect(read({ email: ['ann', 'ann@corp.example'] }).email).toBe('ann@corp.example');
    const nested = { ...SETTINGS, emailClaims: ['profile.mail'] };
    expect(readClaims([{ profile: { mail: 'ann@corp.example' } }], nested).email).toBe('ann@corp.example');
    const dotted = { ...SETTINGS, emailClaims: ['https://acme.example/mail'] };
    expect(readClaims([{ 'https://acme.example/mail': 'ann@corp.example' }], dotted).email).toBe('ann@corp.example');
  });

  it('is verified by no other source, unless that one holds the same address', () => {
    const verified = { email: 'mallory@example.com', email_verified: true };
    expect(read({ email: 'ann@example.com' }, verified)).toMatchObject({
      email: 'ann@example.com',
      emailVerified: false,
    });
    expect(read({ email: 'mallory@example.com' }, verified).emailVerified).toBe(true);
  });
});

it('finds which claims the provider keeps elsewhere', () => {
  expect(claimsElsewhere([{ _claim_names: { groups: 'src1' } }, { _claim_names: null }])).toEqual(['groups']);
});

describe('the name', () => {
  it.each<[string, Claims, string]>([
    ['an object of its parts', { name: { givenName: 'Ann', familyName: 'Æsop' } }, 'Ann Æsop'],
    ['an object with the whole', { name: { formatted: '安 アン' } }, '安 アン'],
    ['two claims', { given_name: 'Ann', family_name: '' }, 'Ann'],
    ['a claim of another name', { displayName: 'Ann Other', name: 'ann' }, 'Ann Other'],
  ])('may be %s', (_what, claims, name) => {
    expect(readClaims([claims], { ...SETTINGS, nameClaims: ['displayName'] }).name).toBe(name);
  });
});
