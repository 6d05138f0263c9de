// Where the issuer's endpoints are, and the page that asks the person.

export const PATHS = {
  authorization: '/oauth/authorize',
  consent: '/consent',
  device: '/oauth/device_authorization',
  token: '/oauth/token',
  revocation: '/oauth/revoke',
  userinfo: '/oauth/userinfo',
  jwks: '/oauth/jwks',
} as const;
