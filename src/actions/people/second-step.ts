// What follows a password, or takes its place: a passkey, a one-time code, a recovery code.

import { assertNever } from '../../assert-never.ts';
import { useOneTimeCode } from '../../catalogue/people/one-time-codes.ts';
import { findPasskey, notePasskeyUse, type Passkey } from '../../catalogue/people/passkeys.ts';
import { useRecoveryCode } from '../../catalogue/people/recovery-codes.ts';
import { findSecondFactors } from '../../catalogue/people/second-factors.ts';
import type { ProvenPerson } from '../../catalogue/rights/proven-person.ts';
import type { UserId } from '../../ids.ts';
import { requireAllowed } from '../../limits/require-allowed.ts';
import type { ActionParts } from '../action-parts.ts';
import { type Answered, credentialIdOf, verifiedCount } from './passkey-ceremonies.ts';
import { type Browser, recordFailedSignIn } from './sign-in.ts';
import { type TellingParts, tellPerson } from './tell-person.ts';

type FailureParts = Pick<ActionParts, 'catalogue' | 'auditTrail' | 'clock' | 'limits'>;

/** Whose passkey gave the answer; null, audited, when it is nobody's or not right. */
export async function provePasskey(
  parts: FailureParts,
  browser: Browser,
  answered: Answered,
): Promise<ProvenPerson | null> {
  const { catalogue } = parts;
  const credentialId = credentialIdOf(answered.answer);
  const known = credentialId === null ? null : await findPasskey(catalogue.db, credentialId);
  const passkey = known?.rpId === answered.place.rpId ? known : null;
  // Compared in any case, so that the time does not tell which passkeys are known.
  const counter = await verifiedCount(answered, passkey ?? { ...STRANGERS, credentialId: credentialId ?? '' });
  if (passkey === null || counter === null) {
    recordFailedSignIn(parts, browser, 'passkey');
    return null;
  }
  if (!(await notePasskeyUse(catalogue, { passkeyId: passkey.id, counter }))) {
    recordFailedSignIn(parts, browser, 'passkey_count');
    return null;
  }
  return passkey.person;
}

/** A key that nobody has the other half of. */
const STRANGERS: Pick<Passkey, 'publicKey' | 'userId'> & Passkey = {
  id: '',
  credentialId: '',
  userId: '' as UserId,
  publicKey: new Uint8Array(
    Buffer.from(
      'pQECAyYgASFYIKhd1wZYAjxBJyQvonD3fXTRb4A53p_sXdhn5EzMbkYxIlgg27-A3b8yh35tQeYOOeQYfj7s3vT2At3EBLMihHjonjM',
      'base64url',
    ),
  ),
  counter: 0,
  transports: [],
  rpId: '',
  name: '',
  isSynced: false,
  createdAt: new Date(0),
  lastUsedAt: null,
};

export type SecondStepCheck =
  | { readonly kind: 'right'; readonly by: 'otp' | 'recovery_code' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'too_many_attempts'; readonly retryAfterMs: number };

/** Wrong ones are audited and answered late. Throws `rate_limited` after many one-time codes. */
export async function checkSecondStep(
  parts: FailureParts & TellingParts,
  browser: Browser,
  { user, code }: { readonly user: { readonly id: UserId; readonly email: string }; readonly code: string },
): Promise<SecondStepCheck> {
  const { limits } = parts;
  const { address } = browser;
  const by = shapeOf(code);
  if (by === 'otp') requireAllowed(await limits.oneTimeCode({ address, userId: user.id }));
  const isRight = await isTaken(parts, { userId: user.id, code, by });
  if (!isRight) recordFailedSignIn(parts, browser, by === 'otp' ? 'one_time_code' : 'recovery_code');
  const settled = await limits.proofs.settle(
    { secret: `second-step:${user.id}`, address },
    isRight ? 'right' : 'wrong',
  );
  // A code that was right is used up by now, so it is never put off.
  if (isRight) {
    if (by === 'recovery_code') await tellOfRecovery(parts, user);
    return { kind: 'right', by };
  }
  if (settled.kind === 'put_off') return { kind: 'too_many_attempts', retryAfterMs: settled.retryAfterMs };
  return { kind: 'wrong' };
}

function shapeOf(code: string): 'otp' | 'recovery_code' {
  return /^[\s\d]*$/.test(code) ? 'otp' : 'recovery_code';
}

async function isTaken(
  { catalogue }: FailureParts,
  { userId, code, by }: { readonly userId: UserId; readonly code: string; readonly by: 'otp' | 'recovery_code' },
): Promise<boolean> {
  switch (by) {
    case 'otp':
      return await useOneTimeCode(catalogue, { userId, code: code.replace(/\s/g, '') });
    case 'recovery_code':
      return await useRecoveryCode(catalogue, { userId, code });
    default:
      return assertNever(by);
  }
}

async function tellOfRecovery(
  parts: TellingParts,
  { id, email }: { readonly id: UserId; readonly email: string },
): Promise<void> {
  const { recoveryCodesLeft: left } = await findSecondFactors(parts.catalogue.db, id);
  tellPerson(parts, { email }, { kind: 'recovery_code_used', left });
}
