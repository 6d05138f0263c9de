import { describe, expect, it } from 'vitest';
import { bearerFailure, OAUTHBEARER, parseBearerResponse } from '../../../src/protocol/oauth-bearer.ts';

const parse = (text: string | null, mechanism: string = OAUTHBEARER) =>
  parseBearerResponse(mechanism, text === null ? null : Buffer.from(text, 'latin1'));

describe('a client’s first message', () => {
  it.each([
    ['libpq, which has no token yet', 'n,,\x01auth=\x01\x01'],
    ['a client that supports channel binding', 'y,,\x01auth=\x01\x01'],
  ])('of %s asks for discovery', (_who, text) => {
    expect(parse(text)).toEqual({ kind: 'discovery' });
  });

  it.each([
    ['libpq', 'n,,\x01auth=Bearer abc.DEF-123_~+/==\x01\x01', 'abc.DEF-123_~+/=='],
    ['a client that writes the scheme otherwise', 'n,,\x01auth=bearer   abc\x01\x01', 'abc'],
    [
      'the RFC’s example',
      'n,a=,\x01host=server.example.com\x01port=143\x01auth=Bearer vF9dft4qmT\x01\x01',
      'vF9dft4qmT',
    ],
  ])('of %s carries the token', (_who, text, token) => {
    expect(parse(text)).toEqual({ kind: 'token', token });
  });

  it.each([
    ['nothing', null],
    ['an empty one', ''],
    ['no end', 'n,,\x01auth=Bearer abc\x01'],
    ['more behind its end', 'n,,\x01auth=Bearer abc\x01\x01x'],
    ['no auth', 'n,,\x01host=a\x01\x01'],
    ['two of them', 'n,,\x01auth=Bearer a\x01auth=Bearer b\x01\x01'],
    ['channel binding', 'p=tls-exporter,,\x01auth=Bearer abc\x01\x01'],
    ['another identity', 'n,a=admin,\x01auth=Bearer abc\x01\x01'],
    ['a broken header', 'x,,\x01auth=Bearer abc\x01\x01'],
    ['no header', '\x01auth=Bearer abc\x01\x01'],
    ['another scheme', 'n,,\x01auth=Basic abc\x01\x01'],
    ['an empty token', 'n,,\x01auth=Bearer \x01\x01'],
    ['a token of two words', 'n,,\x01auth=Bearer a b\x01\x01'],
    ['a token with a NUL', 'n,,\x01auth=Bearer a\x00b\x01\x01'],
    ['a token outside ASCII', 'n,,\x01auth=Bearer \xe9\x01\x01'],
    ['a key with a digit', 'n,,\x01a1=x\x01auth=Bearer abc\x01\x01'],
  ])('with %s is refused', (_what, text) => {
    expect(parse(text)).toMatchObject({ kind: 'malformed' });
  });

  it('of another mechanism is refused', () => {
    expect(parse('n,,\x01auth=\x01\x01', 'SCRAM-SHA-256')).toMatchObject({ kind: 'malformed' });
  });

  it('of any length is read at once', () => {
    expect(parse(`n,,\x01${'auth=\x01'.repeat(5_000)}`)).toMatchObject({ kind: 'malformed' });
  });
});

it('the failure says where tokens are to be had', () => {
  expect(JSON.parse(bearerFailure('https://pg.example.com/.well-known/openid-configuration'))).toEqual({
    status: 'invalid_token',
    'openid-configuration': 'https://pg.example.com/.well-known/openid-configuration',
    scope: 'openid',
  });
});
