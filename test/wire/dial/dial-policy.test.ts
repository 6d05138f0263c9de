import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { parseNetworks } from '../../../src/network-address.ts';
import { type DialPolicy, policyOfCompute, refusalToDial } from '../../../src/wire/dial/dial-policy.ts';

const STRICT: DialPolicy = {
  allowedNetworks: parseNetworks([]),
  allowedPorts: [5432, 6432],
  listed: [],
  forbidden: [],
  lookup: async () => [],
};

function refusal(address: string, policy: Partial<DialPolicy> = {}, port = 5432): string | null {
  return refusalToDial({ host: address, address, port }, { ...STRICT, ...policy });
}

// Each with the forms in which IPv6 can carry it.
const forms = (ipv4: string, hexGroups: string): string[] => [
  ipv4,
  `::ffff:${ipv4}`,
  `::ffff:${hexGroups}`,
  `::${ipv4}`,
  `::ffff:0:${ipv4}`,
  `64:ff9b::${ipv4}`,
  `64:ff9b::${hexGroups}`,
  `2002:${hexGroups}::1`,
];

const NEVER_DIALLED = [
  ...forms('0.0.0.0', '0:0').filter((form) => form !== '::0.0.0.0'),
  ...forms('169.254.169.254', 'a9fe:a9fe'),
  ...forms('224.0.0.1', 'e000:1'),
  ...forms('255.255.255.255', 'ffff:ffff'),
  ...forms('100.100.100.200', '6464:64c8'),
  '0.1.2.3',
  '240.0.0.1',
  '::',
  'fe80::1',
  'fe80::1%eth0',
  'febf::1',
  'ff02::1',
  'fd00:ec2::254',
  'fd20:ce::254',
];

const CLOSED_BY_DEFAULT = [
  ...forms('127.0.0.1', '7f00:1'),
  ...forms('10.1.2.3', 'a01:203'),
  ...forms('172.31.255.255', 'ac1f:ffff'),
  ...forms('192.168.0.1', 'c0a8:1'),
  ...forms('100.64.0.1', '6440:1'),
  '::1',
  '0:0:0:0:0:0:0:1',
  'fc00::1',
  'fdff::1',
  '64:ff9b:1::a00:1',
  '2001::1',
  '198.18.0.1',
];

const PUBLIC = [
  ...forms('203.0.113.7', 'cb00:7107'),
  '8.8.8.8',
  '172.32.0.1',
  '172.15.255.255',
  '100.128.0.1',
  '11.0.0.1',
  '169.253.0.1',
  '2606:4700::1111',
  '2001:db8::1',
];

describe('an address', () => {
  it.each(PUBLIC)('%s may be dialled', (address) => {
    expect(refusal(address)).toBeNull();
  });

  it.each(CLOSED_BY_DEFAULT)('%s may be dialled only where the operator opened its network', (address) => {
    expect(refusal(address)).toMatch(/private network/);
    const opened = ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '198.18.0.0/15'];
    const openedIpv6 = ['::1/128', 'fc00::/7', '64:ff9b:1::/48', '2001::/32'];
    expect(refusal(address, { allowedNetworks: parseNetworks([...opened, ...openedIpv6]) })).toBeNull();
  });

  it.each(NEVER_DIALLED)('%s is never dialled, whatever the operator opened or listed', (address) => {
    const policy = { allowedNetworks: parseNetworks(['0.0.0.0/0', '::/0']), listed: [{ host: address, port: 5432 }] };
    expect(refusal(address, policy)).toBe('address is never dialled');
  });

  it('in one opened network does not open another', () => {
    expect(refusal('10.1.2.3', { allowedNetworks: parseNetworks(['10.1.0.0/16']) })).toBeNull();
    expect(refusal('10.2.2.3', { allowedNetworks: parseNetworks(['10.1.0.0/16']) })).toMatch(/private network/);
  });

  it.each(['', 'localhost', '1.2.3', '127.1', '0x7f000001', '2130706433', '1.2.3.4.5'])(
    '%j, which is none, is refused',
    (address) => {
      expect(refusal(address)).toMatch(/no address/);
    },
  );
});

describe('a port', () => {
  it.each([5432, 6432])('%i may be dialled', (port) => {
    expect(refusal('203.0.113.7', {}, port)).toBeNull();
  });

  // The configured ports were once added to 5432 and 6432, which nobody could close.
  it('is refused when the configured list leaves it out, also 5432', () => {
    expect(refusal('203.0.113.7', { allowedPorts: [6000] }, 5432)).toBe('port is not listed');
    expect(refusal('203.0.113.7', { allowedPorts: [6000] }, 6000)).toBeNull();
  });

  it.each([22, 25, 80, 443, 6379, 5433])('%i may be dialled only where the operator listed it', (port) => {
    expect(refusal('203.0.113.7', {}, port)).toBe('port is not listed');
    expect(refusal('203.0.113.7', { allowedPorts: [port] }, port)).toBeNull();
  });
});

describe('what an operator listed', () => {
  const listed = [
    { host: '127.0.0.1', port: 15432 },
    { host: 'DB.internal', port: 5432 },
  ];

  it('may be dialled by that exact address and port, in any form', () => {
    expect(refusal('127.0.0.1', { listed }, 15432)).toBeNull();
    expect(refusal('::ffff:127.0.0.1', { listed }, 15432)).toBeNull();
    expect(refusal('127.0.0.1', { listed }, 5432)).not.toBeNull();
    expect(refusal('127.0.0.2', { listed }, 15432)).not.toBeNull();
  });

  it('by name may be dialled wherever that name leads', () => {
    const candidate = { host: 'db.INTERNAL', address: '10.0.0.7', port: 5432 };
    expect(refusalToDial(candidate, { ...STRICT, listed })).toBeNull();
    expect(refusalToDial({ ...candidate, host: 'other.internal' }, { ...STRICT, listed })).not.toBeNull();
  });
});

// The servers that host projects were listed for every compute: a name that somebody attached could
// lead there later.
describe('the policy of one compute', () => {
  const host = { host: '10.0.0.5', port: 5432 };

  it('lists its own address where an operator brought it or hosts it', () => {
    const policy = policyOfCompute(STRICT, { ...host, isListed: true });
    expect(refusalToDial({ ...host, address: '10.0.0.5' }, policy)).toBeNull();
    expect(refusalToDial({ host: 'db.example', address: '10.0.0.6', port: 5432 }, policy)).not.toBeNull();
  });

  it('lists nothing for a compute that no operator attached', () => {
    const policy = policyOfCompute({ ...STRICT, listed: [host] }, { host: 'db.example', port: 5432, isListed: false });
    expect(refusalToDial({ host: 'db.example', address: '10.0.0.5', port: 5432 }, policy)).not.toBeNull();
  });
});

describe('what is Postern’s own', () => {
  const own = (host: string, port = 5432) => ({
    forbidden: [{ host, port }],
    allowedNetworks: parseNetworks(['0.0.0.0/0', '::/0']),
  });

  it('is never dialled, also when it is listed', () => {
    const policy = { ...own('127.0.0.1'), listed: [{ host: '127.0.0.1', port: 5432 }] };
    expect(refusal('127.0.0.1', policy)).toBe('address belongs to Postern itself');
    expect(refusal('::ffff:127.0.0.1', policy)).toBe('address belongs to Postern itself');
    expect(refusal('64:ff9b::7f00:1', policy)).toBe('address belongs to Postern itself');
  });

  it('is so only at its port', () => {
    expect(refusal('127.0.0.1', own('127.0.0.1', 6432))).toBeNull();
  });

  it.each(['0.0.0.0', '::'])('and listens on %s is so at every address of this machine', (host) => {
    const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
    const dialable = addresses.map(({ address }) => address).filter((address) => !address.startsWith('fe80'));
    for (const address of [...dialable, '127.0.0.1', '127.8.8.8', '::1']) {
      expect(refusal(address, own(host)), address).toBe('address belongs to Postern itself');
    }
    expect(refusal('203.0.113.7', own(host))).toBeNull();
  });
});
