import { describe, expect, it } from 'vitest';
import { type AccountId, idFrom } from '../../../src/ids.ts';
import { IssuerKeys } from '../../../src/login/workload/issuer-keys.ts';
import type { TenantAnswer } from '../../../src/wire/dial/tenant-fetch.ts';

const ANN = idFrom<AccountId>('org-ann');
const BOB = idFrom<AccountId>('org-bob');
const MINUTE_MS = 60_000;

function issuers(answer: (issuer: string) => TenantAnswer = documentOf) {
  const asked: string[] = [];
  const clock = { ms: 0 };
  const fetch = async (url: URL) => {
    const issuer = url.href.replace('/.well-known/openid-configuration', '');
    asked.push(issuer);
    return answer(issuer);
  };
  return { keys: new IssuerKeys(fetch, () => clock.ms), asked, clock };
}

function documentOf(issuer: string): TenantAnswer {
  return { status: 200, body: Buffer.from(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` })) };
}

describe('an issuer’s keys', () => {
  it('are asked for once in ten minutes, however many workloads come', async () => {
    const { keys, asked, clock } = issuers();
    await Promise.all([keys.keysOf(ANN, 'https://ci.example'), keys.keysOf(ANN, 'https://ci.example')]);
    clock.ms += 9 * MINUTE_MS;
    await keys.keysOf(ANN, 'https://ci.example');
    expect(asked).toHaveLength(1);
    clock.ms += MINUTE_MS;
    await keys.keysOf(ANN, 'https://ci.example');
    expect(asked).toHaveLength(2);
  });

  it('of one account are not pushed out by another that trusts many', async () => {
    const { keys, asked } = issuers();
    await keys.keysOf(ANN, 'https://ci.example');
    for (let issuer = 0; issuer < 50; issuer += 1) await keys.keysOf(BOB, `https://${issuer}.example`);
    await keys.keysOf(ANN, 'https://ci.example');
    expect(asked.filter((issuer) => issuer === 'https://ci.example')).toHaveLength(1);
  });

  it('that cannot be had are asked for again after seconds, and not at each try', async () => {
    const { keys, asked, clock } = issuers(() => ({ status: 503, body: Buffer.alloc(0) }));
    for (let attempt = 0; attempt < 3; attempt += 1)
      await expect(keys.keysOf(ANN, 'https://ci.example')).rejects.toThrow('answered with 503');
    expect(asked).toHaveLength(1);
    clock.ms += 5_000;
    await expect(keys.keysOf(ANN, 'https://ci.example')).rejects.toThrow('answered with 503');
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['names another issuer', { issuer: 'https://other.example', jwks_uri: 'https://ci.example/keys' }],
    ['keeps its keys in clear text', { issuer: 'https://ci.example', jwks_uri: 'http://ci.example/keys' }],
    ['has none', { issuer: 'https://ci.example' }],
  ])('are not taken where discovery %s', async (_what, document) => {
    const { keys } = issuers(() => ({ status: 200, body: Buffer.from(JSON.stringify(document)) }));
    await expect(keys.keysOf(ANN, 'https://ci.example')).rejects.toThrow();
  });
});
