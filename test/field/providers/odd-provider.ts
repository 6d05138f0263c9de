// An OpenID provider that says whatever a test wants it to say, signed as a test wants: for what no
// library lets a provider do. Its pages are left out: it answers at once.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

type Claims = Readonly<Record<string, unknown>>;

/** The next answer; what is absent is as it should be. */
export interface OddAnswer {
  /** Over the claims of a correct ID token; undefined leaves one out. */
  readonly idToken?: Claims;
  readonly userinfo?: Claims;
  readonly alg?: 'RS256' | 'ES256' | 'PS256';
  /** Instead of the newest key. */
  readonly signer?: 'a_key_of_nobody';
}

export interface OddProvider extends AsyncDisposable {
  readonly issuer: string;
  answerWith(answer: OddAnswer): void;
  /** From now on other keys, and the earlier ones are gone. */
  rotateKeys(): Promise<void>;
}

export const ODD_CLIENT = 'postern';
const ALGORITHMS = ['RS256', 'ES256', 'PS256'] as const;
const seconds = () => Math.floor(Date.now() / 1_000);

export async function startOddProvider(): Promise<OddProvider> {
  let answer: OddAnswer = {};
  let nonce: string | null = null;
  let keys = await newKeys('first');
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const send = (body: unknown) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(body));
    };
    request.resume();
    if (url.pathname.endsWith('/openid-configuration')) return send(metadata(issuer()));
    if (url.pathname === '/keys') return send({ keys: keys.map(({ jwk }) => jwk) });
    if (url.pathname === '/userinfo') return send({ sub: answer.idToken?.sub ?? 'ann', ...answer.userinfo });
    if (url.pathname === '/authorize') {
      const { searchParams: asked } = url;
      nonce = asked.get('nonce');
      const back = new URL(asked.get('redirect_uri') ?? '');
      back.search = new URLSearchParams({ code: 'code', state: asked.get('state') ?? '' }).toString();
      return response.writeHead(302, { location: back.href }).end();
    }
    const claims = { iss: issuer(), aud: ODD_CLIENT, sub: 'ann', nonce, iat: seconds(), exp: seconds() + 300 };
    sign({ ...claims, ...answer.idToken }, answer).then(
      (id_token) => send({ access_token: 'at', token_type: 'Bearer', id_token }),
      () => response.writeHead(500).end(),
    );
  });
  const sign = async (claims: Claims, { alg = 'RS256', signer }: OddAnswer) => {
    const [stranger] = signer === undefined ? [] : await newKeys('first');
    const key = stranger ?? keys.find((each) => each.jwk.alg === alg);
    if (key === undefined) throw new Error(`no key signs by ${alg}`);
    return await new SignJWT(claims as JWTPayload).setProtectedHeader({ alg, kid: key.jwk.kid }).sign(key.privateKey);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const issuer = () => `http://127.0.0.1:${port}`;
  return {
    issuer: issuer(),
    answerWith: (next) => {
      answer = next;
    },
    rotateKeys: async () => {
      keys = await newKeys('second');
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function newKeys(name: string) {
  return await Promise.all(
    ALGORITHMS.map(async (alg) => {
      const { privateKey, publicKey } = await generateKeyPair(alg);
      return { privateKey, jwk: { ...(await exportJWK(publicKey)), alg, use: 'sig', kid: `${name} ${alg}` } };
    }),
  );
}

function metadata(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ALGORITHMS,
    token_endpoint_auth_methods_supported: ['client_secret_basic'],
  };
}
