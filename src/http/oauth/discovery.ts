// What programs learn of our issuer (RFC 8414, OpenID Connect Discovery): one document for psql,
// which knows the device flow, and for programs that come by a browser.

import { API_SCOPES } from '../../catalogue/rights/scopes.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { PATHS } from './issuer/paths.ts';
import { CLAIMS, OPENID_SCOPES, SIGNATURE } from './issuer/provider-settings.ts';

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** NOTE: libpq compares `issuer` with its setting byte for byte. */
export function discoveryOf({ url }: Pick<PublicAddress, 'url'>) {
  const at = (path: string) => `${url}${path}`;
  return {
    issuer: url,
    authorization_endpoint: at(PATHS.authorization),
    device_authorization_endpoint: at(PATHS.device),
    token_endpoint: at(PATHS.token),
    revocation_endpoint: at(PATHS.revocation),
    userinfo_endpoint: at(PATHS.userinfo),
    jwks_uri: at(PATHS.jwks),
    grant_types_supported: ['authorization_code', 'refresh_token', DEVICE_GRANT],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    scopes_supported: [...OPENID_SCOPES, ...API_SCOPES],
    claims_supported: CLAIMS,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [SIGNATURE],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    // A secret that a device sends is not looked at.
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
    revocation_endpoint_auth_methods_supported: ['none'],
  };
}

/** Where no program may ask. */
export function deviceDiscoveryOf({ url }: Pick<PublicAddress, 'url'>) {
  return {
    issuer: url,
    device_authorization_endpoint: `${url}${PATHS.device}`,
    token_endpoint: `${url}${PATHS.token}`,
    grant_types_supported: [DEVICE_GRANT],
    response_types_supported: [],
    scopes_supported: ['openid'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
  };
}
