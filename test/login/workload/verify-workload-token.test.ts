import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { newUserId, personalAccountId } from '../../../src/ids.ts';
import { IssuerKeys } from '../../../src/login/workload/issuer-keys.ts';
import { MAX_WORKLOAD_TOKEN_BYTES, verifyWorkloadToken } from '../../../src/login/workload/verify-workload-token.ts';

const WORKLOAD = {
  issuer: 'https://ci.example.com',
  audience: 'https://pg.example.com',
  conditions: { repository: 'acme/shop' },
  longestConnectionMs: null,
};

let privateKey: CryptoKey;
let jwk: JWK;

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  privateKey = pair.privateKey;
  jwk = { ...(await exportJWK(pair.publicKey)), alg: 'ES256', use: 'sig' };
});

/** Of exactly that many characters, by the lengths of a claim and of its type. */
async function tokenOf(length: number): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const { issuer: iss, audience: aud, conditions } = WORKLOAD;
  for (let name = 1; name < 8; name += 1) {
    for (let filler = 11_900; filler < 12_200; filler += 1) {
      const claims = { ...conditions, iss, aud, sub: 'job', iat: now, exp: now + 60, filler: 'x'.repeat(filler) };
      const header = { alg: 'ES256', typ: 'k'.repeat(name) };
      // Base64url without padding; an ES256 signature has 64 bytes.
      const parts = [header, claims].map((part) => Math.ceil((JSON.stringify(part).length * 4) / 3));
      if (parts.reduce((sum, part) => sum + part + 1, 0) + 86 !== length) continue;
      return await new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
    }
  }
  throw new Error(`no token has ${length} characters`);
}

async function verify(token: string) {
  const { issuer } = WORKLOAD;
  const fetch = async ({ pathname }: URL) => {
    const body = pathname === '/keys' ? { keys: [jwk] } : { issuer, jwks_uri: `${issuer}/keys` };
    return { status: 200, body: Buffer.from(JSON.stringify(body)) };
  };
  const whose = { accountId: personalAccountId(newUserId()), workload: WORKLOAD };
  return await verifyWorkloadToken(token, whose, { issuerKeys: new IssuerKeys(fetch), clock: systemClock });
}

it('takes a token of 16 KiB, and none that is one byte longer', async () => {
  const longest = await tokenOf(MAX_WORKLOAD_TOKEN_BYTES);
  expect(longest).toHaveLength(16_384);
  expect(await verify(longest)).toEqual({ subject: 'job' });
  const longer = await tokenOf(MAX_WORKLOAD_TOKEN_BYTES + 1);
  expect(longer).toHaveLength(16_385);
  await expect(verify(longer)).rejects.toThrow('too long');
});
