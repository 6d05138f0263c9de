import { describe, expect, it } from 'vitest';
import { requiredStep, type StepUpInput } from '../../../src/login/decide/step-up.ts';

const NEW_ELSEWHERE: StepUpInput = {
  terminal: { address: '203.0.113.7' },
  browserAddress: '198.51.100.4',
  ownNetworks: [],
  isKnownTerminal: false,
  areNetworksProven: false,
  mustProveReturn: false,
  policy: 'when_new',
  installation: 'when_new',
};

// docs/security.md, "Address comparison and reverse code"
describe('the step that an approval needs', () => {
  it.each<[string, Partial<StepUpInput>, ReturnType<typeof requiredStep>]>([
    ['a new terminal at another address', {}, 'reverse_code'],
    ['a known terminal at another address', { isKnownTerminal: true }, 'user_code'],
    ['networks that were proven', { isKnownTerminal: true, areNetworksProven: true }, 'approve'],
    ['proven networks where a code is always asked', { areNetworksProven: true, policy: 'always' }, 'reverse_code'],
    [
      'a place that others share, and a client that comes back',
      { browserAddress: '203.0.113.7', mustProveReturn: true },
      'reverse_code',
    ],
    [
      'the same where reverse codes are off',
      { browserAddress: '203.0.113.7', mustProveReturn: true, installation: 'never' },
      'approve',
    ],
    ['the same address', { browserAddress: '203.0.113.7' }, 'approve'],
    ['the same address as IPv4 in IPv6', { browserAddress: '::ffff:203.0.113.7' }, 'approve'],
    [
      'loopback of both on this machine',
      { terminal: { address: '127.0.0.1', locality: { kind: 'local', unixUser: 1000 } }, browserAddress: '::1' },
      'approve',
    ],
    [
      'loopback of both, behind a port forward',
      { terminal: { address: '127.0.0.1', locality: { kind: 'forwarded' } }, browserAddress: '127.0.0.1' },
      'reverse_code',
    ],
    ['one /64', { terminal: { address: '2001:db8:1:2::1' }, browserAddress: '2001:db8:1:2:ffff::9' }, 'approve'],
    [
      'two /64 of one provider',
      { terminal: { address: '2001:db8:1:2::1' }, browserAddress: '2001:db8:1:3::1' },
      'reverse_code',
    ],
    ['different families', { terminal: { address: '203.0.113.7' }, browserAddress: '2001:db8::1' }, 'reverse_code'],
    ['both in the networks of the account', { ownNetworks: ['203.0.113.0/24', '198.51.100.0/24'] }, 'approve'],
    [
      'different families, both in the networks of the account',
      { browserAddress: '2001:db8::1', ownNetworks: ['203.0.113.0/24', '2001:db8::/32'] },
      'approve',
    ],
    ['only the terminal in the networks of the account', { ownNetworks: ['203.0.113.0/24'] }, 'reverse_code'],
    ['only the browser in the networks of the account', { ownNetworks: ['198.51.100.0/24'] }, 'reverse_code'],
    [
      'an account that always wants it, at the same address',
      { browserAddress: '203.0.113.7', policy: 'always' },
      'reverse_code',
    ],
    ['an installation that always wants it', { browserAddress: '203.0.113.7', installation: 'always' }, 'reverse_code'],
    ['an installation without it: a new terminal', { installation: 'never' }, 'user_code'],
    ['an installation without it outweighs the account', { installation: 'never', policy: 'always' }, 'user_code'],
    [
      'an installation without it: the same address',
      { installation: 'never', browserAddress: '203.0.113.7' },
      'approve',
    ],
  ])('%s', (_what, where, expected) => {
    expect(requiredStep({ ...NEW_ELSEWHERE, ...where })).toBe(expected);
  });
});
