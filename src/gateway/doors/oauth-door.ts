// The door for OAUTHBEARER (PostgreSQL 18): a client without a token is told where to get one and
// comes again with it. Its person decides on the same page as by link.

import { resolveTarget } from '../../catalogue/access/resolve-target.ts';
import { PosternError } from '../../errors.ts';
import { requireAgentBounds } from '../../login/decide/approval-rules.ts';
import { settleApproval } from '../../login/decide/settle-approval.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import { authenticationSasl, authenticationSaslContinue } from '../../protocol/backend-messages.ts';
import { parseSaslInitialResponse } from '../../protocol/frontend-messages.ts';
import {
  BEARER_FAILURE_TAKEN,
  type BearerResponse,
  bearerFailure,
  MAX_BEARER_MESSAGE_BYTES,
  OAUTHBEARER,
  parseBearerResponse,
} from '../../protocol/oauth-bearer.ts';
import { EACH_STEP_NOTICES } from '../client/link-notices.ts';
import { readPasswordMessage } from '../proofs/read-password-message.ts';
import type { Admission } from '../session/admission.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import { progressReporter } from '../upstream/progress-reporter.ts';
import { bindAgent } from './bind-agent.ts';
import { approvedWish, circumstancesOf, loginOrigin, refuseClosedNetwork, terminalOf } from './login-origin.ts';

const DISCOVERY_PATH = '/.well-known/openid-configuration';
/** A client's answer to a failure is one byte. */
const MAX_TAKEN_BYTES = 16;

/** Made once: its stack tells nothing, and would cost more than to say it. */
const TOKEN_NEEDED = new PosternError('oauth_token_needed');

type OauthParts = Pick<
  GatewayParts,
  | 'auditTrail'
  | 'catalogue'
  | 'clock'
  | 'config'
  | 'deviceLogins'
  | 'grants'
  | 'limits'
  | 'log'
  | 'loginRequests'
  | 'nodeId'
  | 'publicUrl'
  | 'times'
>;

/** What the client said first. Throws `tls_required`, ClientGone and ProtocolViolation. */
export async function askForBearer(
  session: LiveSession,
  { times }: Pick<OauthParts, 'times'>,
): Promise<BearerResponse> {
  const { line, tls } = session.client;
  if (tls === null) throw new PosternError('tls_required');
  line.continueSasl(authenticationSasl([OAUTHBEARER]));
  const body = await readPasswordMessage(session, MAX_BEARER_MESSAGE_BYTES, times.passwordMs);
  const { mechanism, data } = parseSaslInitialResponse(body);
  return parseBearerResponse(mechanism, data);
}

/**
 * Throws `oauth_token_needed` for a client without a token, which is no failure, and
 * `oauth_token_refused` for one that is unknown, used, expired or of another address.
 */
export async function passOauthDoor(
  session: LiveSession,
  response: BearerResponse,
  parts: OauthParts,
): Promise<Admission> {
  if (response.kind === 'discovery') return await refuse(session, TOKEN_NEEDED, parts);
  refuseClosedNetwork(session.client, parts.config.login);
  const request = response.kind === 'token' ? await take(session, response.token, parts) : null;
  if (request === null) {
    const reason = response.kind === 'malformed' ? response.reason : 'unknown, used, expired or of another address';
    session.isFailureRecorded('oauth_token_refused', parts);
    session.audit.record({ event: 'secret.rejected', outcome: 'refused', reason: 'wrong_bearer_token' });
    return await refuse(session, new PosternError('oauth_token_refused', { cause: new Error(reason) }), parts);
  }
  // An AuthenticationSASLFinal before it would be an error for libpq.
  session.clientWatch.start('admitted');
  session.client.line.sendAuthenticationOk();
  return await admissionOf(session, request, parts);
}

async function take(session: LiveSession, token: string, { deviceLogins }: OauthParts): Promise<LoginRequest | null> {
  return await deviceLogins.take(token, await terminalOf(session.client));
}

/** RFC 7628, 3.2.3: the failure, the client's byte, and then the error. */
async function refuse(session: LiveSession, error: PosternError, { publicUrl, times }: OauthParts): Promise<never> {
  const failure = bearerFailure(`${publicUrl()}${DISCOVERY_PATH}`);
  session.client.line.continueSasl(authenticationSaslContinue(failure));
  const taken = await readPasswordMessage(session, MAX_TAKEN_BYTES, times.passwordMs);
  if (taken.toString('latin1') !== BEARER_FAILURE_TAKEN) {
    throw new PosternError('oauth_token_refused', { cause: new Error('another answer to the failure') });
  }
  throw error;
}

async function admissionOf(session: LiveSession, request: LoginRequest, parts: OauthParts): Promise<Admission> {
  const { client } = session;
  const { approval } = request;
  if (approval === null) throw new Error(`login request ${request.id} is approved for nothing`);
  const { userId, computeId, grantId } = approval;
  session.entry.restOn(approval.rightAsOf, { loginRequestId: request.id, userId, computeId, grantId });
  session.audit.record({ event: 'login.consumed', outcome: 'success', browserIp: approval.browserAddress });
  // Only now is it known under which name it connects, for which the approval is remembered.
  const asked = { ...request, origin: await loginOrigin(client, parts.config.login) };
  requireAgentBounds(asked, approval);
  return {
    door: 'oauth',
    resolve: (rights) =>
      resolveTarget(parts.catalogue, approval, { ...circumstancesOf(client, approval, 'oauth'), rights }),
    databaseRole: approval.databaseRole,
    agent: bindAgent(session, approval, parts.clock.now()),
    onAuthorised: async ({ person, ...place }) => {
      if (person === null) throw new Error(`login request ${request.id} has no person`);
      await settleApproval(parts, asked, { ...place, person });
    },
    wish: approvedWish(client, approval),
    notices: EACH_STEP_NOTICES,
    report: progressReporter(request.id, parts),
  };
}
