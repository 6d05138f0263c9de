// Which clients are asked for a certificate: by the rule itself, and in handshakes over sockets.

import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { connect } from 'node:tls';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Slots } from '../../../src/async/slots.ts';
import { beginTls } from '../../../src/gateway/negotiate/begin-tls.ts';
import { KeyAsking, MOST_HANDSHAKE_BYTES } from '../../../src/gateway/session/key-asking.ts';
import { surviveErrors } from '../../../src/wire/wait-on-stream.ts';
import { makeClientCertificate } from '../../support/client-certificates.ts';
import { pushedClock } from '../../support/databases/catalogue-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { certificatesOnDisk } from '../../wire/certificates-on-disk.ts';
import { socketPair } from '../../wire/loopback.ts';

const HOUR_MS = 3_600_000;
const LONG = MOST_HANDSHAKE_BYTES + 1;

function shake(asking: KeyAsking, address: string, bytes = 3_000): boolean {
  const { asksForKey, end } = asking.begin(address);
  end(bytes);
  return asksForKey;
}

describe('a place with a long handshake', () => {
  it('is not asked for an hour, and others are', () => {
    const clock = pushedClock();
    const asking = new KeyAsking(clock);
    expect(shake(asking, '203.0.113.7', LONG)).toBe(true);
    expect(shake(asking, '203.0.113.7')).toBe(false);
    expect(shake(asking, '203.0.113.8')).toBe(true);
    clock.push(HOUR_MS);
    expect(shake(asking, '203.0.113.7')).toBe(true);
  });

  it('is its whole /64, and is told once', () => {
    const asking = new KeyAsking(pushedClock());
    const { end } = asking.begin('2001:db8::1');
    expect(end(LONG)).toBe(true);
    const next = asking.begin('2001:db8::2');
    expect([next.asksForKey, next.end(LONG)]).toEqual([false, false]);
  });
});

describe('strangers', () => {
  it('are asked a few at a time, and fewer of one address', () => {
    const asking = new KeyAsking(pushedClock());
    const begun = ['1', '1', '1', '2', '2', '3'].map((last) => asking.begin(`203.0.113.${last}`));
    expect(begun.map(({ asksForKey }) => asksForKey)).toEqual([true, true, false, true, true, false]);
    for (const { end } of begun) end(3_000);
    expect(shake(asking, '203.0.113.3')).toBe(true);
  });

  it('are not asked after two long handshakes of their network, or eight of all', () => {
    const asking = new KeyAsking(pushedClock());
    asking.remember('198.51.100.1');
    for (const last of [1, 2]) shake(asking, `203.0.113.${last}`, LONG);
    expect([shake(asking, '203.0.200.1'), shake(asking, '192.0.2.1')]).toEqual([false, true]);
    for (const second of [1, 2, 3, 4, 5, 6]) shake(asking, `10.${second}.0.1`, LONG);
    expect([shake(asking, '192.0.2.1'), shake(asking, '198.51.100.1')]).toEqual([false, true]);
  });
});

// Certificates of 11 KB with huge exponents, two at a time without end, slowed a node to a crawl.
describe('certificates that let nobody in', () => {
  const CERTIFICATE = 2_000;
  const countAsked = (asking: KeyAsking, address: string) =>
    Array.from({ length: 300 }, () => shake(asking, address, CERTIFICATE)).filter((isAsked) => isAsked).length;

  it('are few in a minute, more where a key is known, and no bound where they let in', () => {
    const clock = pushedClock();
    const asking = new KeyAsking(clock);
    expect(countAsked(asking, '203.0.113.7')).toBeLessThan(15);
    expect(shake(asking, '203.0.113.8')).toBe(true);
    clock.push(60_000);
    expect(shake(asking, '203.0.113.7')).toBe(true);
    asking.remember('198.51.100.1');
    expect(countAsked(asking, '198.51.100.1')).toBeLessThan(110);
    clock.push(60_000);
    for (let login = 0; login < 300; login++) {
      expect(shake(asking, '198.51.100.1', CERTIFICATE)).toBe(true);
      asking.remember('198.51.100.1');
    }
  });

  it('are bounded for a network, too', () => {
    const asking = new KeyAsking(pushedClock());
    const asked = Array.from({ length: 100 }, (_, last) => countAsked(asking, `203.0.113.${last}`));
    expect(asked.reduce((sum, count) => sum + count)).toBeLessThan(210);
    expect([shake(asking, '203.0.200.1'), shake(asking, '192.0.2.1')]).toEqual([false, true]);
  });

  it('do not count for clients that have none', () => {
    const asking = new KeyAsking(pushedClock());
    expect(Array.from({ length: 1_000 }, () => shake(asking, '203.0.113.7', 200))).not.toContain(false);
  });
});

// Two hundred handshakes at a time from beside a known terminal, each with 100 KB of certificates.
describe('a place with a known key', () => {
  const address = '198.51.100.1';

  /** Handshakes that go on until they are ended; those that have begun, in order. */
  function beginMany(asking: KeyAsking) {
    asking.remember(address);
    const { signal } = new AbortController();
    const begun: Array<{ readonly asking: string; readonly end: () => void }> = [];
    const all = Array.from({ length: 6 }, () =>
      asking.inTurn({ address, signal }, (_signal, asks) => {
        return new Promise<void>((end) => void begun.push({ asking: asks, end }));
      }),
    );
    return { begun, all };
  }

  it('has four handshakes at a time, and the others wait', async () => {
    const { begun, all } = beginMany(new KeyAsking(pushedClock()));
    await setImmediate();
    expect(begun).toHaveLength(4);
    for (const { end } of [...begun]) end();
    await waitUntil(() => begun.length === 6, 'the others have begun');
    for (const { end } of begun) end();
    await Promise.all(all);
    expect(new Set(begun.map((each) => each.asking))).toEqual(new Set(['may_ask']));
  });

  it('asks for nothing when a neighbour holds all of them', async () => {
    const { begun, all } = beginMany(new KeyAsking(pushedClock(), { patienceMs: 1 }));
    await waitUntil(() => begun.length === 6, 'the others have begun');
    for (const { end } of begun) end();
    await Promise.all(all);
    expect(begun.map((each) => each.asking).slice(4)).toEqual(['asks_nothing', 'asks_nothing']);
  });
});

it('a chain of 40 kB is the last that its place is asked for, and goes to the log', async () => {
  await using disk = await certificatesOnDisk(['a.test']);
  const names = Array.from({ length: 1_500 }, (_, at) => `a${at}.terminals.example.test`);
  const long = await makeClientCertificate({ names });
  const short = await makeClientCertificate();
  const lines: string[] = [];
  const parts = {
    handshakes: new Slots({ places: 10, undisturbedMs: 1_000 }),
    keyAsking: new KeyAsking(pushedClock()),
    log: pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }),
    times: { handshakeMs: 10_000 },
  };
  const keyShownBy = async ({ certPem: cert, keyPem: key }: typeof long, address: string) => {
    await using pair = await socketPair();
    const signal = AbortSignal.timeout(10_000);
    const beginning = { start: 'after_ssl_request', certificates: disk.certificates, address, signal } as const;
    const accepting = beginTls(pair.near, beginning, parts);
    await once(pair.far, 'readable');
    expect(`${pair.far.read(1)}`).toBe('S');
    surviveErrors(connect({ socket: pair.far, rejectUnauthorized: false, cert, key }));
    return (await accepting).tls.clientKey;
  };
  expect(await keyShownBy(long, '203.0.113.7')).toBe(long.fingerprint);
  expect(await keyShownBy(short, '203.0.113.7')).toBeNull();
  expect(await keyShownBy(short, '203.0.113.8')).toBe(short.fingerprint);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ event: 'tls.long_handshake', address: '203.0.113.7', bytes: expect.any(Number) }),
  ]);
});
