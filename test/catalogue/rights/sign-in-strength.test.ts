import { describe, expect, it } from 'vitest';
import { isStrong, methodOf } from '../../../src/catalogue/rights/sign-in-strength.ts';
import type { SignInMethod } from '../../../src/catalogue/tables/second-factors.ts';

describe('the strength of a sign-in', () => {
  it.each([
    ['password', 'password'],
    ['setup', 'password'],
    ['invitation', 'password'],
    ['reset', 'password'],
    ['password+otp', 'password+otp'],
    ['password+recovery_code', 'password+otp'],
    ['passkey', 'passkey'],
    ['identity', 'oidc'],
    ['identity+mfa', 'oidc+mfa'],
  ] as const)('of "%s" is "%s"', (proof, method) => expect(methodOf(proof)).toBe(method));

  it.each<[SignInMethod, boolean]>([
    ['password', false],
    ['oidc', false],
    ['password+otp', true],
    ['oidc+mfa', true],
    ['passkey', true],
  ])('of "%s" is two factors: %s', (method, strong) => expect(isStrong(method)).toBe(strong));
});
