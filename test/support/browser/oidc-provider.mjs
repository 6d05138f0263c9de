// A real OpenID Connect provider in a process of its own. Reads its client from the arguments,
// prints its issuer when it listens, and signs everybody in under the account named in the
// environment, without showing a page.

import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const { redirectUri, accounts } = JSON.parse(process.argv[2] ?? '{}');
const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'postern',
        client_secret: 'a client secret for tests',
        redirect_uris: [redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    pkce: { required: () => true },
    scopes: ['openid', 'email', 'profile'],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, sub) =>
      accounts[sub] === undefined ? undefined : { accountId: sub, claims: (use) => claimsOf(sub, use) },
  });
  const handle = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return handle(request, response);
    interact(provider, request, response).catch((error) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  console.log(issuer);
});

/** The userinfo endpoint returns all claims, the ID token only those that the account lists. */
function claimsOf(sub, use) {
  const { inIdToken = {}, ...claims } = accounts[sub];
  return use === 'id_token' ? { sub, ...inIdToken } : { sub, ...claims };
}

/** Replaces the provider's pages: the cookie `account` names the person; consent is given. */
async function interact(provider, request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    const accountId = /(?:^|; )account=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? 'nobody';
    const result = accountId === 'nobody' ? { error: 'access_denied' } : { login: { accountId } };
    return await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}
