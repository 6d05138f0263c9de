// How strongly and how freshly a person is signed in in a browser. Pure; the approval page, rules
// and organizations' demands all judge by this and by nothing else.

import { assertNever } from '../../assert-never.ts';
import type { SignInMethod } from '../tables/second-factors.ts';

export interface SignInStrength {
  readonly method: SignInMethod;
  /** When the person last authenticated; null: the identity provider did not say. */
  readonly at: Date | null;
}

/** What proved the person, as the audit trail says it, and the strength that it gives. */
const METHOD_OF_PROOF = {
  password: 'password',
  setup: 'password',
  invitation: 'password',
  reset: 'password',
  'password+otp': 'password+otp',
  'password+recovery_code': 'password+otp',
  passkey: 'passkey',
  identity: 'oidc',
  'identity+mfa': 'oidc+mfa',
  'identity+otp': 'oidc+mfa',
  'identity+recovery_code': 'oidc+mfa',
} as const satisfies Readonly<Record<string, SignInMethod>>;

export type SignInProof = keyof typeof METHOD_OF_PROOF;

export function methodOf(proof: SignInProof): SignInMethod {
  return METHOD_OF_PROOF[proof];
}

/** A passkey proves two factors by itself: it is had, and unlocked by its person. */
export function isStrong(method: SignInMethod): boolean {
  switch (method) {
    case 'password+otp':
    case 'oidc+mfa':
    case 'passkey':
      return true;
    case 'password':
    case 'oidc':
      return false;
    default:
      return assertNever(method);
  }
}

/** Of a browser in which the person has just typed a code besides. */
export function withSecondFactor(method: SignInMethod): SignInMethod {
  switch (method) {
    case 'password':
      return 'password+otp';
    case 'oidc':
      return 'oidc+mfa';
    case 'password+otp':
    case 'oidc+mfa':
    case 'passkey':
      return method;
    default:
      return assertNever(method);
  }
}
