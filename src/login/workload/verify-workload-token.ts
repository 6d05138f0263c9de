// Verifies the token by which a workload says who it is (RFC 7519; OpenID Connect Core 1.0, 2).

import { jwtVerify } from 'jose';
import { unmetCondition, type Workload } from '../../catalogue/rights/workload.ts';
import type { Clock } from '../../clock.ts';
import type { AccountId } from '../../ids.ts';
import { SIGNATURE_ALGORITHMS } from '../../protocol/signature-algorithms.ts';
import type { IssuerKeys } from './issuer-keys.ts';

export const MAX_WORKLOAD_TOKEN_BYTES = 16 * 1_024;
const CLOCK_TOLERANCE_S = 60;
/** Whatever the issuer says: what is older may be a log's. */
const LONGEST_AGE_S = 24 * 3_600;

export interface WorkloadSubject {
  /** `sub`; cleaned where it is shown. */
  readonly subject: string;
}

/** Throws an Error that says why, for the log alone; it holds no part of the token. */
export async function verifyWorkloadToken(
  token: string,
  { accountId, workload }: { readonly accountId: AccountId; readonly workload: Workload },
  { issuerKeys, clock }: { readonly issuerKeys: IssuerKeys; readonly clock: Clock },
): Promise<WorkloadSubject> {
  if (Buffer.byteLength(token) > MAX_WORKLOAD_TOKEN_BYTES) throw new Error('the token is too long');
  // What is no token costs its issuer no question.
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw new Error('not a signed JSON Web Token');
  const { payload } = await jwtVerify(token, await issuerKeys.keysOf(accountId, workload.issuer), {
    issuer: workload.issuer,
    audience: workload.audience,
    algorithms: SIGNATURE_ALGORITHMS,
    requiredClaims: ['iat', 'exp', 'sub'],
    maxTokenAge: LONGEST_AGE_S,
    clockTolerance: CLOCK_TOLERANCE_S,
    currentDate: clock.now(),
  });
  const unmet = unmetCondition(workload, payload);
  if (unmet !== null) throw new Error(`the claim ${JSON.stringify(unmet)} is not as the token’s conditions say`);
  return { subject: payload.sub ?? '' };
}
