import { describe, expect, it } from 'vitest';
import { strictestSettings } from '../../../src/catalogue/projects/strictest-policy.ts';
import { NOWHERE, type PolicySettings } from '../../../src/catalogue/rights/policy.ts';

const STRICT: PolicySettings = {
  linkLogin: false,
  allowedNetworks: ['10.0.0.0/8'],
  longestGrantMs: 0,
  longestKeylessGrantMs: 0,
  longestConnectionMs: 60_000,
  idleTimeoutMs: 60_000,
  readOnlyOnly: true,
  reverseCode: 'always',
  maxConnections: 3,
  freshSignInMs: 60_000,
};

describe('the strictest settings', () => {
  it('of nothing are none', () => {
    expect(strictestSettings([])).toEqual({});
    expect(strictestSettings([{}, {}])).toEqual({});
  });

  it('keep all that one of two forbids, in either order', () => {
    const wide: PolicySettings = { longestGrantMs: 3_600_000, maxConnections: 9, allowedNetworks: ['10.0.0.0/7'] };
    for (const all of [[STRICT, wide], [wide, STRICT], [STRICT, {}], [STRICT]]) {
      expect(strictestSettings(all)).toEqual(STRICT);
    }
  });

  it('keep what widens only where both have it', () => {
    const wide: PolicySettings = { replication: true, ownNetworks: ['10.0.0.0/8'] };
    expect(strictestSettings([wide, wide])).toEqual(wide);
    expect(strictestSettings([wide, {}])).toEqual({});
    expect(strictestSettings([{}, wide])).toEqual({});
  });

  it('admit nobody where the networks have nothing in common', () => {
    const settings = strictestSettings([{ allowedNetworks: ['10.0.0.0/8'] }, { allowedNetworks: ['192.0.2.0/24'] }]);
    expect(settings.allowedNetworks).toEqual([NOWHERE]);
  });
});
