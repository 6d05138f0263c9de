import { describe, expect, it } from 'vitest';
import { parseConditions, parseWorkload, unmetCondition } from '../../../src/catalogue/rights/workload.ts';

const GITHUB = {
  issuer: 'https://token.actions.githubusercontent.com',
  audience: 'https://pg.example.com',
  conditions: { repository: 'acme/shop', ref: 'refs/tags/v*' },
  longestConnectionMs: null,
};

describe('the trust in a workload', () => {
  it.each([
    ['a plain issuer', { issuer: 'http://issuer.example' }, 'https://'],
    ['an issuer with a query', { issuer: 'https://issuer.example/?tenant=1' }, 'https://'],
    ['an issuer with a password', { issuer: 'https://a:b@issuer.example' }, 'https://'],
    ['an issuer that is no address', { issuer: 'github' }, 'https://'],
    ['no claim', { conditions: {} }, 'at least one claim'],
    ['a claim that may be anything', { conditions: { repository: '*' } }, 'at least 3 characters'],
    ['a claim that may be nearly anything', { conditions: { repository: 'ac*' } }, 'at least 3 characters'],
    ['a * in the middle', { conditions: { repository: 'acme/*/shop' } }, 'at least 3 characters'],
    ['eleven claims', { conditions: Object.fromEntries([...'abcdefghijk'].map((name) => [name, 'x'])) }, 'at most 10'],
    ['an empty audience', { audience: ' ' }, 'cannot be trusted'],
    ['a connection of a year', { longestConnectionMs: 366 * 86_400_000 }, 'cannot be trusted'],
  ])('cannot be given to %s', (_what, change, problem) => {
    expect(() => parseWorkload({ ...GITHUB, ...change })).toThrow(problem);
  });

  it('is read from lines of claims', () => {
    expect(parseConditions(['repository=acme/shop', ' ref = refs/heads/a=b '])).toEqual({
      repository: 'acme/shop',
      ref: 'refs/heads/a=b',
    });
    expect(() => parseConditions(['repository'])).toThrow('name=value');
    expect(() => parseConditions(['ref=a', 'ref=b'])).toThrow('the claim ref is named twice');
  });
});

describe('the conditions', () => {
  const workload = parseWorkload(GITHUB);

  it.each<[string, Record<string, unknown>, string | null]>([
    ['all as they say', { repository: 'acme/shop', ref: 'refs/tags/v1' }, null],
    ['another repository', { repository: 'acme/shop2', ref: 'refs/tags/v1' }, 'repository'],
    ['another case', { repository: 'Acme/shop', ref: 'refs/tags/v1' }, 'repository'],
    ['a branch called like a tag', { repository: 'acme/shop', ref: 'x/refs/tags/v1' }, 'ref'],
    ['a claim that is missing', { repository: 'acme/shop' }, 'ref'],
    ['a claim of nobody', { repository: null, ref: 'refs/tags/v1' }, 'repository'],
    ['an object', { repository: { toString: () => 'acme/shop' }, ref: 'refs/tags/v1' }, 'repository'],
    ['a list that holds it', { repository: ['other', 'acme/shop'], ref: 'refs/tags/v1' }, null],
  ])('%s', (_what, claims, unmet) => {
    expect(unmetCondition(workload, claims)).toBe(unmet);
  });

  it('reach into nested claims by a path, and never into an object’s own words', () => {
    const nested = parseWorkload({
      ...GITHUB,
      conditions: { 'kubernetes.io/serviceaccount/name': 'api', flag: 'true' },
    });
    const claims = { 'kubernetes.io': { serviceaccount: { name: 'api' } }, flag: true };
    expect(unmetCondition(nested, claims)).toBeNull();
    expect(unmetCondition(nested, { ...claims, 'kubernetes.io': { serviceaccount: 'api' } })).toBe(
      'kubernetes.io/serviceaccount/name',
    );
    const own = parseWorkload({ ...GITHUB, conditions: { 'constructor/name': 'Object' } });
    expect(unmetCondition(own, {})).toBe('constructor/name');
  });
});
