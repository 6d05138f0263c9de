import { describe, expect, it } from 'vitest';
import {
  effectivePolicy,
  NOWHERE,
  type PolicySettings,
  policySettingsSchema,
} from '../../../src/catalogue/rights/policy.ts';

const HOUR_MS = 3_600_000;

function policyOf(account: PolicySettings, compute: PolicySettings) {
  const owner = (policy: PolicySettings) => ({ passwordlessAccess: true, policy });
  return effectivePolicy(owner(account), owner(compute));
}

describe('the policy of a compute', () => {
  it('has defaults where neither account nor compute sets anything', () => {
    expect(policyOf({}, {})).toEqual({
      linkLogin: true,
      allowedNetworks: [],
      ownNetworks: [],
      longestGrantMs: 8 * HOUR_MS,
      longestKeylessGrantMs: 8 * HOUR_MS,
      longestConnectionMs: 8 * HOUR_MS,
      idleTimeoutMs: null,
      readOnlyOnly: false,
      replication: false,
      reverseCode: 'when_new',
      maxConnections: null,
      freshSignInMs: null,
    });
  });

  it.each<[PolicySettings, PolicySettings, Partial<ReturnType<typeof policyOf>>]>([
    [{ linkLogin: false }, { linkLogin: true }, { linkLogin: false }],
    [{}, { linkLogin: false }, { linkLogin: false }],
    [{ longestGrantMs: HOUR_MS }, { longestGrantMs: 2 * HOUR_MS }, { longestGrantMs: HOUR_MS }],
    [{ longestGrantMs: HOUR_MS }, { longestGrantMs: 0 }, { longestGrantMs: 0 }],
    [{ longestKeylessGrantMs: HOUR_MS }, { longestKeylessGrantMs: 0 }, { longestKeylessGrantMs: 0 }],
    [{}, { longestConnectionMs: HOUR_MS }, { longestConnectionMs: HOUR_MS }],
    [{ longestConnectionMs: 20 * HOUR_MS }, {}, { longestConnectionMs: 20 * HOUR_MS }],
    [{ idleTimeoutMs: null }, { idleTimeoutMs: 5_000 }, { idleTimeoutMs: 5_000 }],
    [{ idleTimeoutMs: 1_000 }, { idleTimeoutMs: 5_000 }, { idleTimeoutMs: 1_000 }],
    [{ readOnlyOnly: true }, { readOnlyOnly: false }, { readOnlyOnly: true }],
    [{ replication: true }, {}, { replication: false }],
    [{}, { replication: true }, { replication: true }],
    [{ replication: false }, { replication: true }, { replication: false }],
    [{ reverseCode: 'always' }, { reverseCode: 'when_new' }, { reverseCode: 'always' }],
    [{ maxConnections: 50 }, { maxConnections: 500 }, { maxConnections: 50 }],
    [{ freshSignInMs: 3_600_000 }, { freshSignInMs: 300_000 }, { freshSignInMs: 300_000 }],
    [{ freshSignInMs: 300_000 }, {}, { freshSignInMs: 300_000 }],
    [
      { ownNetworks: ['10.0.0.0/8'] },
      { ownNetworks: ['192.0.2.0/24'] },
      { ownNetworks: ['10.0.0.0/8', '192.0.2.0/24'] },
    ],
  ])('is the stricter of both: %j and %j', (account, compute, expected) => {
    expect(policyOf(account, compute)).toMatchObject(expected);
  });

  it('has no login by link when either switch is off', () => {
    const [on, off] = [
      { passwordlessAccess: true, policy: {} },
      { passwordlessAccess: false, policy: {} },
    ];
    expect(effectivePolicy(on, on).linkLogin).toBe(true);
    expect(effectivePolicy(on, off).linkLogin).toBe(false);
    expect(effectivePolicy(off, on).linkLogin).toBe(false);
  });

  it.each([
    [[], [], []],
    [['10.0.0.0/8'], [], ['10.0.0.0/8']],
    [[], ['10.0.0.0/8'], ['10.0.0.0/8']],
    [['10.0.0.0/8'], ['10.1.0.0/16', '192.0.2.0/24'], ['10.1.0.0/16']],
    [['10.1.2.3'], ['10.0.0.0/8'], ['10.1.2.3']],
    [['10.0.0.0/8'], ['10.0.0.0/8'], ['10.0.0.0/8']],
    [['10.0.0.0/8'], ['192.0.2.0/24'], [NOWHERE]],
    [['2001:db8::/32'], ['2001:db8:1::/48', '10.0.0.0/8'], ['2001:db8:1::/48']],
    [['0.0.0.0/0'], ['2001:db8::/32'], [NOWHERE]],
  ])('allows the networks that both allow: %j and %j give %j', (account, compute, expected) => {
    const policy = policyOf({ allowedNetworks: account }, { allowedNetworks: compute });
    expect(policy.allowedNetworks).toEqual(expected);
  });
});

describe('policy settings', () => {
  it.each([
    { allowedNetworks: ['10.0.0.0/33'] },
    { allowedNetworks: ['example.com'] },
    { allowedNetworks: Array.from({ length: 101 }, () => '10.0.0.0/8') },
    { longestGrantMs: 8 * HOUR_MS + 1 },
    { longestGrantMs: -1 },
    { longestConnectionMs: 0 },
    { idleTimeoutMs: 10 },
    { maxConnections: 0 },
    { freshSignInMs: 1_000 },
    { reverseCode: 'never' },
  ])('refuse %j', (settings) => {
    expect(policySettingsSchema.safeParse(settings).success).toBe(false);
  });
});
