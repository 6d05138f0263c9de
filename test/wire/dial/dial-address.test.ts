import { describe, expect, it } from 'vitest';
import { isPosternError } from '../../../src/errors.ts';
import { parseNetworks } from '../../../src/network-address.ts';
import { ConnectFailure } from '../../../src/wire/dial/connect-failure.ts';
import { lookupAddresses, resolveUpstreamAddress } from '../../../src/wire/dial/dial-address.ts';
import type { DialPolicy } from '../../../src/wire/dial/dial-policy.ts';

const never = new AbortController().signal;

function policyWith(lookup: DialPolicy['lookup'], policy: Partial<DialPolicy> = {}): DialPolicy {
  return {
    allowedNetworks: parseNetworks([]),
    allowedPorts: [5432, 6432],
    listed: [],
    forbidden: [],
    lookup,
    ...policy,
  };
}

function resolve(host: string, policy: DialPolicy, signal = never) {
  return resolveUpstreamAddress({ name: 'main', host, port: 5432 }, policy, signal);
}

/** The reason in the error's cause, once the error itself says nothing but the compute's name. */
async function reasonOf(resolving: Promise<unknown>): Promise<string> {
  const error = await resolving.then(
    () => null,
    (reason: unknown) => reason,
  );
  const isForbidden = isPosternError(error, 'upstream_forbidden');
  if (!isForbidden && !isPosternError(error, 'upstream_unreachable')) throw error;
  expect(error.message).toMatch(
    isForbidden
      ? /^Postern may not connect to the address of compute "main": [^0-9]+$/
      : /^could not connect to compute "main"$/,
  );
  return error.cause instanceof ConnectFailure ? error.cause.reason : String(error.cause);
}

describe('a compute’s host', () => {
  it('is pinned to all of its addresses, each once, in the resolver’s order', async () => {
    const policy = policyWith(async () => ['2606:4700::1111', '203.0.113.7', '::ffff:203.0.113.7']);
    expect(await resolve('db.example.com', policy)).toEqual([
      { address: '2606:4700::1111', family: 6, port: 5432, host: 'db.example.com' },
      { address: '203.0.113.7', family: 4, port: 5432, host: 'db.example.com' },
    ]);
  });

  it('that is an address needs no resolver', async () => {
    const policy = policyWith(async () => {
      throw new Error('asked');
    });
    expect(await resolve('203.0.113.7', policy)).toMatchObject([{ address: '203.0.113.7', family: 4 }]);
  });

  it('with one forbidden answer among good ones is refused as a whole', async () => {
    const policy = policyWith(async () => ['203.0.113.7', '169.254.169.254']);
    expect(await reasonOf(resolve('rebinding.example.com', policy))).toBe('forbidden_address');
  });

  it('is asked for once: a resolver that changes its mind changes nothing', async () => {
    const answers = [['203.0.113.7'], ['127.0.0.1']];
    let count = 0;
    const policy = policyWith(async () => answers[count++] ?? []);
    expect(await resolve('rebinding.example.com', policy)).toMatchObject([{ address: '203.0.113.7' }]);
    expect(count).toBe(1);
    expect(await reasonOf(resolve('rebinding.example.com', policy))).toBe('forbidden_address');
  });

  it.each(['localhost', '127.1', '2130706433', '0x7f000001'])(
    '%s is judged by the address that the system makes of it',
    async (host) => {
      expect(await reasonOf(resolve(host, policyWith(lookupAddresses)))).toBe('forbidden_address');
    },
  );

  it('with a thousand answers is dialled at eight of them at most, and all are checked', async () => {
    const many = Array.from({ length: 1_000 }, (_none, index) => `203.0.${index >> 8}.${index & 255}`);
    expect(
      await resolve(
        'many.example.com',
        policyWith(async () => many),
      ),
    ).toHaveLength(8);
    const poisoned = policyWith(async () => [...many, '10.0.0.1']);
    expect(await reasonOf(resolve('many.example.com', poisoned))).toBe('forbidden_address');
  });

  it.each([
    ['without an answer', async () => []],
    [
      'that is unknown',
      async () => {
        throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
      },
    ],
  ] as const)('%s may be known later', async (_name, lookup) => {
    expect(await reasonOf(resolve('new.example.com', policyWith(lookup)))).toBe('unknown_name');
  });

  it('is given up with the signal’s reason while the resolver is silent', async () => {
    const deadline = new AbortController();
    const policy = policyWith(() => new Promise(() => {}));
    const resolving = resolve('silent.example.com', policy, deadline.signal);
    deadline.abort(new Error('too slow'));
    await expect(resolving).rejects.toThrow('too slow');
  });

  it('that leads to Postern’s own store by another name is refused', async () => {
    const lookup = async (host: string) => (host === 'unknown.internal' ? Promise.reject(new Error()) : ['10.0.0.5']);
    const forbidden = [
      { host: 'unknown.internal', port: 5432 },
      { host: 'catalogue.internal', port: 5432 },
    ];
    const policy = policyWith(lookup, { allowedNetworks: parseNetworks(['10.0.0.0/8']), forbidden });
    expect(await reasonOf(resolve('innocent.example.com', policy))).toBe('forbidden_address');
  });
});
