// Where clients of OAUTHBEARER get their tokens: the device authorization endpoint, and the token
// endpoint for devices (RFC 8628). The login is the same as by link, on the same page.

import type { Request, Response } from 'express';
import { z } from 'zod';
import type { PublicAddress } from '../../config/public-address.ts';
import { formatDuration } from '../../duration.ts';
import { isPosternError } from '../../errors.ts';
import { type DevicePoll, POLL_INTERVAL_S } from '../../login/device/device-logins.ts';
import type { Located } from '../../login/request/locality.ts';
import { systemLoginEvent } from '../../login/request/login-audit-event.ts';
import type { LoginOrigin } from '../../login/request/login-request.ts';
import { BRIEFLY_KEPT_MS, KEPT_MS } from '../../login/scripts/login-request-scripts.ts';
import { isAddressAllowed, isLoopback } from '../../network-address.ts';
import { isForwarded } from '../request/client-address.ts';
import type { HttpDependencies } from '../request/http-dependencies.ts';
import { contextOf } from '../request/request-context.ts';
import { DEVICE_GRANT } from './discovery.ts';

const MAX_CLIENT_ID = 128;

const authorizationForm = z.object({ client_id: z.string().min(1).max(MAX_CLIENT_ID) });
const tokenForm = z.object({ grant_type: z.literal(DEVICE_GRANT), device_code: z.string().min(1).max(256) });

export interface DeviceParts {
  readonly deps: HttpDependencies;
  readonly address: PublicAddress;
}

export async function authorizeDevice(
  { deps, address }: DeviceParts,
  request: Request,
  response: Response,
): Promise<void> {
  const clientId = clientIdOf(request);
  if (clientId === null) return refuse(response, 'invalid_request', 'client_id is missing');
  const from = locatedOf(deps, request, response);
  if (!isAddressAllowed(deps.config.login.allowedNetworks, from.address))
    return refuse(response, 'access_denied', 'this address may not log in');
  const keepMs = (await deps.limits.loginRequest(from.address)) === 'allowed' ? KEPT_MS : BRIEFLY_KEPT_MS;
  try {
    const made = await deps.deviceLogins.begin(originOf(from, { clientId, address, request }), { keepMs });
    const { nodeId } = deps.catalogue;
    if (keepMs === KEPT_MS) {
      const happened = { event: 'login.requested', outcome: 'success', at: deps.clock.now(), nodeId } as const;
      deps.auditTrail.record(systemLoginEvent(made.request, happened));
    }
    response.json({
      device_code: made.deviceCode.reveal(),
      user_code: made.request.userCode,
      verification_uri: `${address.url}/link`,
      verification_uri_complete: `${address.url}/psql_session/${made.linkToken.reveal()}`,
      expires_in: Math.floor(deps.config.login.ttlMs / 1_000),
      interval: POLL_INTERVAL_S,
    });
  } catch (error) {
    if (!isPosternError(error, 'store_unavailable')) throw error;
    refuse(response, 'temporarily_unavailable', error.message);
  }
}

export async function giveDeviceToken({ deps }: DeviceParts, request: Request, response: Response): Promise<void> {
  const form = tokenForm.safeParse(request.body);
  if (!form.success) {
    const isOther = typeof request.body?.grant_type === 'string' && request.body.grant_type !== DEVICE_GRANT;
    return refuse(response, isOther ? 'unsupported_grant_type' : 'invalid_request', 'a device code is needed');
  }
  const poll = await deps.deviceLogins.poll(form.data.device_code, locatedOf(deps, request, response));
  if (poll.kind === 'token') {
    response.json({
      access_token: poll.token.reveal(),
      token_type: 'Bearer',
      expires_in: Math.floor(poll.lifeMs / 1_000),
      scope: 'openid',
    });
    return;
  }
  const [error, description] = failureOf(poll, deps.config.login.ttlMs);
  refuse(response, error, description);
}

/** RFC 8628, 3.5. psql prints the description. */
function failureOf(poll: Exclude<DevicePoll, { kind: 'token' }>, ttlMs: number): readonly [string, string] {
  switch (poll.kind) {
    case 'pending':
      return ['authorization_pending', 'waiting for approval in the browser'];
    case 'slow_down':
      return ['slow_down', `ask every ${POLL_INTERVAL_S} seconds`];
    case 'denied':
      return poll.isLinkNeeded
        ? ['access_denied', 'a code must be typed into the terminal: connect without oauth_issuer and use the link']
        : ['access_denied', 'login was denied'];
    case 'expired':
      return ['expired_token', `login request expired after ${formatDuration(ttlMs)}`];
    case 'crowded_out':
      return ['expired_token', [poll.why.message, poll.why.hint].join('. ')];
    case 'unknown':
      return ['invalid_grant', 'the device code is unknown, used, or expired'];
  }
}

/** By form, or by Basic as clients with a secret send it; no secret is asked for. */
function clientIdOf(request: Request): string | null {
  const form = authorizationForm.safeParse(request.body);
  if (form.success) return form.data.client_id;
  const [, encoded = ''] = /^Basic +([A-Za-z0-9+/=]{1,1024})$/i.exec(request.get('authorization') ?? '') ?? [];
  const [id = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return id === '' ? null : id.slice(0, MAX_CLIENT_ID);
}

function locatedOf({ config }: HttpDependencies, request: Request, response: Response): Located {
  const { address } = contextOf(response);
  if (!isLoopback(address)) return { address, locality: { kind: 'remote' } };
  const isAnybodys = config.loopback === 'anybodys' || isForwarded(request);
  return { address, locality: isAnybodys ? { kind: 'forwarded' } : { kind: 'local', unixUser: null } };
}

/** What will connect says more of itself when it comes. */
function originOf(
  from: Located,
  asking: { readonly clientId: string; readonly address: PublicAddress; readonly request: Request },
): LoginOrigin {
  return {
    ...from,
    port: asking.request.socket.remotePort ?? 0,
    application: `OAuth client ${asking.clientId}`,
    requestedUser: '',
    requestedDatabase: '',
    databaseIsExplicit: false,
    hints: { project: null, endpoint: null },
    tls: asking.address.isHttps ? { version: 'HTTPS', cipher: '' } : null,
    serverName: null,
    noticeBlind: false,
    replication: 'none',
  };
}

function refuse(response: Response, error: string, description: string): void {
  const status = error === 'temporarily_unavailable' ? 503 : 400;
  response.status(status).json({ error, error_description: description });
}
