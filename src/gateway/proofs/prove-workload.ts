// Asks a client for the token of an issuer that its access token trusts (docs/clients.md, "Programs
// without a secret"). In clear text inside TLS: SCRAM proves only what both sides know.

import type { AccessToken } from '../../catalogue/access/access-token-rows.ts';
import type { Workload } from '../../catalogue/rights/workload.ts';
import { personalAccountId } from '../../ids.ts';
import { MAX_WORKLOAD_TOKEN_BYTES, verifyWorkloadToken } from '../../login/workload/verify-workload-token.ts';
import { authenticationCleartextPassword } from '../../protocol/backend-messages.ts';
import { parsePasswordMessage } from '../../protocol/frontend-messages.ts';
import { cleanForLog } from '../../untrusted-text.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import { readPasswordMessage } from './read-password-message.ts';

export type WorkloadOutcome =
  | { readonly kind: 'workload'; readonly subject: string }
  | { readonly kind: 'failed'; readonly reason: 'wrong_workload'; readonly cause: unknown };

/** Longer than a token may be, so that one that is too long is refused like any other. */
const MAX_BODY_BYTES = 4 * MAX_WORKLOAD_TOKEN_BYTES;

type WorkloadParts = Pick<GatewayParts, 'clock' | 'issuerKeys' | 'log' | 'times'>;

/** Throws ClientGone, which is no attempt, and ProtocolViolation. */
export async function proveWorkload(
  session: LiveSession,
  { token, workload }: { readonly token: AccessToken; readonly workload: Workload },
  parts: WorkloadParts,
): Promise<WorkloadOutcome> {
  session.client.line.askForPassword(authenticationCleartextPassword());
  const body = await readPasswordMessage(session, MAX_BODY_BYTES, parts.times.passwordMs);
  const accountId = token.owner.kind === 'account' ? token.owner.accountId : personalAccountId(token.owner.userId);
  try {
    const { subject } = await verifyWorkloadToken(parsePasswordMessage(body), { accountId, workload }, parts);
    parts.log.info(
      {
        event: 'token.workload_proved',
        access_token_id: token.id,
        issuer: workload.issuer,
        subject: cleanForLog(subject),
      },
      'a workload proved who it is',
    );
    return { kind: 'workload', subject };
  } catch (cause) {
    return { kind: 'failed', reason: 'wrong_workload', cause };
  }
}
