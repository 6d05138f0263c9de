// Logout tokens: the right one, and everything that is not quite one.

import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { type LogoutVerifier, verifyLogoutToken } from '../../../src/http/sign-in/logout-token.ts';

const ISSUER = 'https://login.example/realms/acme';
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const NOW = new Date('2026-05-06T07:08:09Z');
const now = Math.floor(NOW.getTime() / 1_000);
const CLAIMS = {
  ...{ iss: ISSUER, aud: 'postern', iat: now, exp: now + 120, jti: 'one', sub: 'ann', sid: 'session-1' },
  events: { [EVENT]: {} },
};

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
const keys: Record<string, Keys> = {};
let verifier: LogoutVerifier;

beforeAll(async () => {
  for (const alg of ['RS256', 'ES256', 'PS256']) keys[alg] = await generateKeyPair(alg, { extractable: true });
  keys.stranger = await generateKeyPair('RS256');
  const known = ['RS256', 'ES256', 'PS256'].map(async (alg) => ({
    ...(await exportJWK(pairOf(alg).publicKey)),
    ...{ kid: alg, alg },
  }));
  verifier = {
    ...{
      issuer: ISSUER,
      clientId: 'postern',
      now: NOW,
      offeredAlgorithms: ['RS256', 'ES256', 'PS256', 'none', 'HS256'],
    },
    keys: createLocalJWKSet({ keys: await Promise.all(known) }),
  };
});

const pairOf = (name: string): Keys => keys[name] ?? expect.fail(`no keys ${name}`);

interface Making {
  readonly alg?: string;
  readonly typ?: string;
  readonly by?: string;
}

async function token(claims: JWTPayload, { alg = 'RS256', typ, by = alg }: Making = {}): Promise<string> {
  const header = { alg, kid: alg, ...(typ === undefined ? {} : { typ }) };
  return await new SignJWT(claims).setProtectedHeader(header).sign(pairOf(by).privateKey);
}

const without = (name: string) => Object.fromEntries(Object.entries(CLAIMS).filter(([key]) => key !== name));

describe('a logout token', () => {
  it.each<[string, JWTPayload, Making]>([
    ['with subject and session', CLAIMS, { typ: 'logout+jwt' }],
    ['with the long form of its type', CLAIMS, { typ: 'application/logout+jwt' }],
    ['without a type', CLAIMS, {}],
    ['signed with ES256', CLAIMS, { alg: 'ES256' }],
    ['signed with PS256', CLAIMS, { alg: 'PS256' }],
    ['for several clients', { ...CLAIMS, aud: ['other', 'postern'] }, {}],
    ['of the subject alone', without('sid'), {}],
    ['of the session alone', without('sub'), {}],
    ['without an end', without('exp'), {}],
    ['of a clock that is half a minute ahead', { ...CLAIMS, iat: now + 30 }, {}],
    ['that ended half a minute ago', { ...CLAIMS, iat: now - 100, exp: now - 30 }, {}],
  ])('is taken %s', async (_title, claims, making) => {
    const logout = await verifyLogoutToken(await token(claims, making), verifier);
    expect(logout).toEqual({ issuer: ISSUER, jti: 'one', subject: claims.sub ?? null, sid: claims.sid ?? null });
  });

  it.each<[string, JWTPayload, Making]>([
    ['signed by somebody else', CLAIMS, { by: 'stranger' }],
    ['of another issuer', { ...CLAIMS, iss: `${ISSUER}/` }, {}],
    ['for another client', { ...CLAIMS, aud: 'other' }, {}],
    ['for no client', without('aud'), {}],
    ['that has ended', { ...CLAIMS, exp: now - 61 }, {}],
    ['from ten minutes ago', { ...CLAIMS, iat: now - 600, exp: now + 600 }, {}],
    ['from the future', { ...CLAIMS, iat: now + 600 }, {}],
    ['without a time', without('iat'), {}],
    ['without an id', without('jti'), {}],
    ['without a subject or a session', { ...without('sub'), sid: undefined }, {}],
    ['without the event', without('events'), {}],
    ['of another event', { ...CLAIMS, events: { 'https://example.org/other': {} } }, {}],
    ['whose event is no object', { ...CLAIMS, events: { [EVENT]: true } }, {}],
    ['with a nonce, as an ID token has', { ...CLAIMS, nonce: 'n' }, {}],
    ['of another type', CLAIMS, { typ: 'at+jwt' }],
    ['with a subject that is no text', { ...CLAIMS, sub: undefined, sid: '' }, {}],
    ['with a huge id', { ...CLAIMS, jti: 'x'.repeat(600) }, {}],
  ])('is refused %s', async (_title, claims, making) => {
    await expect(verifyLogoutToken(await token(claims, making), verifier)).rejects.toThrow();
  });

  it('is refused without a signature, or with a public key as the secret', async () => {
    await expect(verifyLogoutToken(new UnsecuredJWT(CLAIMS).encode(), verifier)).rejects.toThrow();
    const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(pairOf('RS256').publicKey)));
    const forged = await new SignJWT(CLAIMS).setProtectedHeader({ alg: 'HS256', kid: 'RS256' }).sign(secret);
    await expect(verifyLogoutToken(forged, verifier)).rejects.toThrow();
  });

  it('is refused by an algorithm that the issuer does not offer', async () => {
    const es256 = await token(CLAIMS, { alg: 'ES256' });
    for (const offeredAlgorithms of [['RS256'], null]) {
      await expect(verifyLogoutToken(es256, { ...verifier, offeredAlgorithms })).rejects.toThrow();
    }
  });
});
