import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  broadNetworkKey,
  compareTerminals,
  isLoopback,
  normalizeAddress,
  parseNetwork,
  parseNetworks,
  providerNetworkKey,
  terminalKey,
  wideNetworkKey,
} from '../src/network-address.ts';

describe('the normal form of an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:cb00:7107', '203.0.113.7'],
    ['FE80::1%eth0', 'fe80::1'],
    ['::ffff:1.2.3.999', '::ffff:1.2.3.999'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ])('of %s is %s', (given, normal) => {
    expect(normalizeAddress(given)).toBe(normal);
  });

  it('of an IPv4 address is the same however it is mapped into IPv6', () => {
    fc.assert(fc.property(fc.ipV4(), (address) => normalizeAddress(`::ffff:${address}`) === address));
  });

  it('is its own normal form', () => {
    fc.assert(fc.property(fc.ipV6(), (given) => normalizeAddress(normalizeAddress(given)) === normalizeAddress(given)));
  });
});

describe('two terminals', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7', 'same'],
    ['203.0.113.7', '::ffff:203.0.113.7', 'same'],
    ['203.0.113.7', '203.0.113.8', 'different'],
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', 'same'],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', 'different'],
    ['203.0.113.7', '2001:db8::1', 'incomparable'],
    ['127.0.0.1', '::1', 'same'],
    ['not an address', 'not an address', 'incomparable'],
  ])('at %s and %s are %s', (first, second, verdict) => {
    expect(compareTerminals(first, second)).toBe(verdict);
    expect(compareTerminals(second, first)).toBe(verdict);
  });

  it('are counted by IPv4 address or IPv6 /64, and in networks', () => {
    expect(terminalKey('2001:db8:1:2:3::4')).toBe('2001:db8:1:2::/64');
    expect(terminalKey('::ffff:127.9.9.9')).toBe('127.0.0.1');
    expect(wideNetworkKey('203.0.113.7')).toBe('203.0.113.0/24');
    expect(wideNetworkKey('2001:db8:1:2f3::4')).toBe('2001:db8:1:200::/56');
    expect(broadNetworkKey('203.0.113.7')).toBe('203.0.0.0/16');
    expect(broadNetworkKey('2001:db8:1:2f3::4')).toBe('2001:db8:1::/48');
    expect(providerNetworkKey('203.0.113.7')).toBe('203.0.0.0/16');
    expect(providerNetworkKey('2001:db8:1:2f3::4')).toBe('2001:db8::/32');
  });
});

describe('a network', () => {
  it.each([
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0',
    '',
    'fe80::1%eth0/64',
    'x/8',
  ])('is not written %j', (text) => {
    expect(parseNetwork(text)).toBeNull();
    expect(parseNetworks([text]).includes('10.0.0.1')).toBe(false);
  });

  it.each([
    ['10.255.255.255', '10.0.0.0/8', true],
    ['11.0.0.0', '10.0.0.0/8', false],
    ['::ffff:10.1.2.3', '10.0.0.0/8', true],
    ['10.1.2.3', '::ffff:10.0.0.0/104', true],
    ['11.1.2.3', '::ffff:10.0.0.0/104', false],
    ['10.1.2.3', '10.9.9.9/8', true],
    ['203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7', '0.0.0.0/0', true],
    ['2001:db8::1', '0.0.0.0/0', false],
    ['2001:DB8::1', '2001:db8::/32', true],
    ['nonsense', '0.0.0.0/0', false],
  ])('holds %s in %s: %s', (address, network, isInside) => {
    expect(parseNetworks([network]).includes(address)).toBe(isInside);
  });

  it('of a single address holds that address', () => {
    fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => parseNetworks([address]).includes(address)));
  });

  it('tells loopback in every notation', () => {
    for (const address of ['127.0.0.1', '127.1.2.3', '::1', '0:0::1', '::ffff:127.0.0.1'])
      expect(isLoopback(address)).toBe(true);
    for (const address of ['128.0.0.1', '::2', 'localhost']) expect(isLoopback(address)).toBe(false);
  });
});

describe('behind a translator from IPv6 to IPv4', () => {
  it('terminals are told apart by their IPv4 address', () => {
    expect(terminalKey('64:ff9b::c633:6405')).toBe('198.51.100.5');
    expect(compareTerminals('64:ff9b::c633:6405', '64:ff9b::cb00:7142')).toBe('different');
    expect(compareTerminals('64:ff9b::c633:6405', '198.51.100.5')).toBe('same');
    expect(broadNetworkKey('64:ff9b::c633:6405')).toBe('198.51.0.0/16');
  });

  it('nobody is this machine', () => {
    expect(terminalKey('64:ff9b::7f00:1')).not.toBe(terminalKey('127.0.0.1'));
    expect(compareTerminals('64:ff9b::7f00:1', '127.0.0.1')).not.toBe('same');
  });
});

it('machines on one link are not each other', () => {
  expect(compareTerminals('fe80::1%eth0', 'fe80::2%eth0')).toBe('different');
  expect(compareTerminals('fe80::1', 'fe80::1')).toBe('same');
});
