// Five identity providers in one process, each a real oidc-provider that behaves as the one it is
// named for: the issuer's path, the methods at the token endpoint, claims with odd values. Reads
// the clients' redirect addresses from the arguments and prints the issuers when all listen.

import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const { redirectUris, flavours, jwks } = JSON.parse(process.argv[2] ?? '{}');
const ALL_CLAIMS = [
  ...['sub', 'email', 'email_verified', 'name', 'given_name', 'family_name', 'preferred_username', 'upn'],
  ...['groups', 'hd', 'oid', 'tid', 'unique_name', 'realm_access', '_claim_names', '_claim_sources', 'sid'],
];
/** As which of its variants an account signed in last: the same person with other claims. */
const lastVariants = new Map();

const issuers = {};
for (const [name, flavour] of Object.entries(flavours)) {
  if (redirectUris[name] !== undefined) issuers[name] = await open(name, flavour);
}
console.log(JSON.stringify(issuers));

async function open(name, { path, clientId, clientSecret, methods, decodesBasic, userinfo, accounts, alg = 'RS256' }) {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${server.address().port}${path}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUris[name]],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: methods[0],
        id_token_signed_response_alg: alg,
      },
    ],
    jwks,
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'PS256'] },
    clientAuthMethods: methods,
    pkce: { required: () => false },
    scopes: ['openid', 'email', 'profile'],
    claims: { openid: ALL_CLAIMS },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `${path}/interaction/${interaction.uid}` },
    findAccount: (_context, sub) =>
      accounts[sub] === undefined
        ? undefined
        : { accountId: sub, claims: (use) => claimsOf(accounts[lastVariants.get(name + sub) ?? sub], sub, use) },
  });
  provider.use(async (context, next) => {
    if (!decodesBasic && context.path.endsWith('/token')) takeBasicLiterally(context);
    if (userinfo === 'broken' && context.path.endsWith('/me')) {
      context.status = 403;
      return;
    }
    await next();
  });
  const handle = provider.callback();
  server.on('request', (request, response) => {
    request.originalUrl = request.url;
    request.url = request.url.slice(path.length) || '/';
    if (!request.url.startsWith('/interaction/')) return handle(request, response);
    interact({ provider, accounts, name }, request, response).catch((error) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  return issuer;
}

function claimsOf({ idToken = {}, userinfo = {} }, sub, use) {
  return use === 'id_token' ? { sub, ...idToken } : { sub, ...userinfo };
}

/** As a provider does that does not undo the encoding of RFC 6749, 2.3.1. */
function takeBasicLiterally({ req }) {
  const [scheme, encoded] = (req.headers.authorization ?? '').split(' ');
  if (scheme !== 'Basic') return;
  const [id, ...secret] = Buffer.from(encoded, 'base64').toString().split(':');
  const literal = [id, secret.join(':')].map(encodeURIComponent).join(':');
  req.headers.authorization = `Basic ${Buffer.from(literal).toString('base64')}`;
}

/** Replaces the provider's pages: the cookie `account` names the person; consent is given. */
async function interact({ provider, accounts, name }, request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    const variant = /(?:^|; )account=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? 'nobody';
    const accountId = accounts[variant]?.variantOf ?? variant;
    lastVariants.set(name + accountId, variant);
    const result = accountId === 'nobody' ? { error: 'access_denied' } : { login: { accountId } };
    return await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}
