// The signatures of JSON Web Tokens that are accepted (RFC 7518, 3.1; RFC 8037; RFC 9864).

/** NOTE: none that a public key or an empty signature would satisfy. */
export const SIGNATURE_ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
