// Shows the client its link. docs/protocol.md, "Order of messages": nothing that others wrote comes
// before the URL.

import type { Secret } from '../../secret.ts';
import { expiryNotice, welcomeNotice } from '../client/link-notices.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';

/** Returns the link. */
export function showLink(
  session: LiveSession,
  { token, userCode }: { readonly token: Secret; readonly userCode: string },
  { config, publicUrl }: Pick<GatewayParts, 'config' | 'publicUrl'>,
): string {
  const { line } = session.client;
  session.advanceTo('asking');
  const loginUrl = `${publicUrl()}/psql_session/${token.reveal()}`;
  line.sendParameterStatus('postern.login_url', loginUrl);
  line.sendParameterStatus('postern.user_code', userCode);
  line.sendNotice(welcomeNotice(config.brand, loginUrl));
  line.sendNotice(expiryNotice(config.login.ttlMs, userCode));
  return loginUrl;
}
