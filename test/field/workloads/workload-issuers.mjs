// Issuers of tokens for workloads in one process, each a real oidc-provider that signs the claims
// of the service that it is named for. Reads them from the arguments, the server's certificate from
// the environment, and prints the issuers when all listen.

import { createServer } from 'node:https';
import Provider from 'oidc-provider';

const { issuers, jwks } = JSON.parse(process.argv[2] ?? '{}');
const { CERT: cert, KEY: key } = process.env;

const addresses = {};
for (const [name, issuer] of Object.entries(issuers)) addresses[name] = await open(name, issuer);
console.log(JSON.stringify(addresses));

async function open(name, { path, audience, workloads }) {
  const server = createServer({ cert, key });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `https://localhost:${server.address().port}${path}`;
  const provider = new Provider(issuer, {
    clients: Object.keys(workloads).map((id) => ({
      client_id: id,
      client_secret: `secret of ${id}`,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: 'client_secret_post',
    })),
    jwks: jwks[name],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => `${issuer}/resource`,
        getResourceServerInfo: () => ({ scope: '', audience, accessTokenFormat: 'jwt', accessTokenTTL: 600 }),
      },
    },
    formats: {
      customizers: {
        jwt(_context, token, jwt) {
          Object.assign(jwt.payload, workloads[token.clientId]);
        },
      },
    },
  });
  const handle = provider.callback();
  server.on('request', (request, response) => {
    request.originalUrl = request.url;
    request.url = request.url.slice(path.length) || '/';
    handle(request, response);
  });
  return issuer;
}
