// How the client proves itself at the token endpoint: as the setting says, or as discovery offers.

import * as oidc from 'openid-client';
import { assertNever } from '../../../assert-never.ts';
import type { IssuerConfig } from '../../../config/issuer-config.ts';

export function clientAuthentication({
  clientSecret,
  tokenAuth,
}: Pick<IssuerConfig, 'clientSecret' | 'tokenAuth'>): oidc.ClientAuth {
  if (clientSecret === null) return oidc.None();
  const secret = clientSecret.reveal();
  const post = oidc.ClientSecretPost(secret);
  switch (tokenAuth) {
    case 'client_secret_post':
      return post;
    case 'client_secret_basic':
      return basic(secret, formEncoded);
    case 'client_secret_basic_raw':
      return basic(secret, (text) => text);
    case 'auto':
      return (server, client, body, headers) => {
        const chosen = isPostBetter(server, [client.client_id, secret]) ? post : basic(secret, formEncoded);
        return chosen(server, client, body, headers);
      };
    default:
      return assertNever(tokenAuth);
  }
}

/**
 * Not every provider undoes the encoding of RFC 6749, 2.3.1, so where it changes something and both
 * methods are offered, the body is safer. OpenID Connect Discovery 3: without a list it is Basic.
 */
function isPostBetter(server: oidc.ServerMetadata, parts: readonly string[]): boolean {
  const offered = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  if (!offered.includes('client_secret_post')) return false;
  return !offered.includes('client_secret_basic') || parts.some((part) => formEncoded(part) !== part);
}

function basic(secret: string, encoded: (text: string) => string): oidc.ClientAuth {
  return (_server, client, _body, headers) => {
    const pair = Buffer.from(`${encoded(client.client_id)}:${encoded(secret)}`, 'utf8');
    headers.set('authorization', `Basic ${pair.toString('base64')}`);
  };
}

// RFC 6749, appendix B: as in HTML forms, so hyphens and dots stay as they are.
function formEncoded(text: string): string {
  return new URLSearchParams({ x: text }).toString().slice('x='.length);
}
