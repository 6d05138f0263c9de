// Lets a client prove a password by SCRAM, or a workload what it is, and paces what comes of it
// (docs/security.md, "Wrong passwords").

import { assertNever } from '../../assert-never.ts';
import { PosternError } from '../../errors.ts';
import type { Proof } from '../../limits/proof-pace.ts';
import { wholeSeconds } from '../../limits/require-allowed.ts';
import { authenticationSaslFinal } from '../../protocol/backend-messages.ts';
import { mockVerifier, type ScramVerifier } from '../../protocol/scram-verifier.ts';
import type { TlsFacts } from '../../wire/accept-tls.ts';
import { proveWorkload, type WorkloadOutcome } from '../proofs/prove-workload.ts';
import { exchangeScram, type ScramOutcome } from '../proofs/scram-exchange.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import type { PasswordCredential } from './find-password-credential.ts';

type ProvingParts = Pick<GatewayParts, 'clock' | 'issuerKeys' | 'limits' | 'log' | 'mockSecret' | 'times'>;

export interface PasswordProof {
  readonly of: Extract<PasswordCredential, { readonly kind: 'token' | 'role' }>;
  /** Rejects with `too_many_failures`, or the signal's reason, where it may take no effect. */
  readonly settled: Promise<void>;
}

/** Throws `password_failed` for a wrong secret and an unknown name alike, `too_many_failures`. */
export async function provePassword(
  session: LiveSession,
  { credential, tls }: { readonly credential: PasswordCredential; readonly tls: TlsFacts },
  parts: ProvingParts,
): Promise<PasswordProof> {
  const outcome = await askForProof(credential, { session, tls }, parts);
  session.clientWatch.start('admitted');
  if (outcome.kind === 'failed' || credential.kind === 'unknown_token' || credential.kind === 'unknown_role') {
    const reason = outcome.kind === 'failed' ? outcome.reason : credential.kind;
    session.isFailureRecorded('password_failed', parts);
    session.audit.record({ event: 'secret.rejected', outcome: 'refused', reason });
    await answerAtPace(session, { credential, proof: 'wrong' }, parts);
    const cause = 'cause' in outcome ? outcome.cause : new Error(reason);
    throw new PosternError('password_failed', { cause });
  }
  const settled = settleRight(session, { credential, outcome }, parts);
  // It rejects where it is awaited.
  settled.catch(() => {});
  return { of: credential, settled };
}

type Outcome = ScramOutcome | WorkloadOutcome;
type Proven = Exclude<Outcome, { readonly kind: 'failed' }>;

async function askForProof(
  credential: PasswordCredential,
  { session, tls }: { readonly session: LiveSession; readonly tls: TlsFacts },
  parts: ProvingParts,
): Promise<Outcome> {
  const proof = proofOf(credential, session, parts);
  return proof.kind === 'workload'
    ? await proveWorkload(session, proof, parts)
    : await exchangeScram(session, { tls, verifier: proof.verifier }, parts.times.passwordMs);
}

/** What it sends is held back until there is more to say, so that the login ends in one packet. */
async function settleRight(
  session: LiveSession,
  { credential, outcome }: { readonly credential: PasswordCredential; readonly outcome: Proven },
  parts: ProvingParts,
): Promise<void> {
  const { line } = session.client;
  // NOTE: signatures cannot be guessed, so neighbours' wrong ones hold no right one back.
  if (outcome.kind === 'proved') await answerAtPace(session, { credential, proof: 'right' }, parts);
  line.hold();
  if (outcome.kind === 'proved') line.continueSasl(authenticationSaslFinal(outcome.serverFinal));
  line.sendAuthenticationOk();
}

// NOTE: known and unknown names take the same path; a put-off client learns nothing of its proof.
async function answerAtPace(
  { client, signal }: LiveSession,
  { credential, proof }: { readonly credential: PasswordCredential; readonly proof: Proof },
  { limits }: Pick<ProvingParts, 'limits'>,
): Promise<void> {
  const secret =
    credential.kind === 'role' ? `role:${credential.role.id}` : `name:${mockNameOf(credential, client.startup.user)}`;
  const settled = await limits.proofs.settle({ secret, address: client.peer.address }, proof, signal);
  if (settled.kind === 'answer') return;
  throw new PosternError('too_many_failures', { params: { seconds: wholeSeconds(settled) } });
}

function proofOf(credential: PasswordCredential, { client }: LiveSession, { mockSecret }: ProvingParts) {
  const secret = (verifier: ScramVerifier) => ({ kind: 'secret', verifier }) as const;
  switch (credential.kind) {
    case 'token':
      return credential.proof.kind === 'workload' ? { ...credential.proof, token: credential.token } : credential.proof;
    case 'role':
      return secret(credential.role.verifier);
    case 'unknown_token':
    case 'unknown_role': {
      const key = Buffer.from(mockSecret.reveal(), 'base64');
      return secret(mockVerifier(key, mockNameOf(credential, client.startup.user)));
    }
    default:
      return assertNever(credential);
  }
}

/**
 * Of what a real one would depend on: the branch that the words lead to, however they spell it, and
 * the name of the role.
 */
function mockNameOf(credential: PasswordCredential, user: string): string {
  return credential.kind === 'unknown_role' ? JSON.stringify([credential.branchId, user]) : user;
}
