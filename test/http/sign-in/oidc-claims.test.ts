import { describe, expect, it } from 'vitest';
import { type Claims, claimsElsewhere, readClaims } from '../../../src/http/sign-in/oidc-claims.ts';

const SETTINGS = { emailClaims: ['email', 'preferred_username', 'upn'], emailVerified: 'claim' } as const;
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
