import { describe, expect, it } from 'vitest';
import { meetsDemand, methodOf } from '../../../src/catalogue/rights/sign-in-strength.ts';
import { SIGN_IN_METHODS, type SignInMethod } from '../../../src/catalogue/tables/second-factors.ts';

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

  it('is never too little where nothing is demanded', () => {
    expect(SIGN_IN_METHODS.every((method) => meetsDemand(null, method))).toBe(true);
  });

  it.each<[SignInMethod, { second_factor: boolean; passkey: boolean }]>([
    ['password', { second_factor: false, passkey: false }],
    ['oidc', { second_factor: false, passkey: false }],
    ['password+otp', { second_factor: true, passkey: false }],
    ['oidc+mfa', { second_factor: true, passkey: false }],
    ['passkey', { second_factor: true, passkey: true }],
  ])('of "%s" meets %o', (method, met) => {
    expect(meetsDemand('second_factor', method)).toBe(met.second_factor);
    expect(meetsDemand('passkey', method)).toBe(met.passkey);
  });
});
