// Which clients are asked for a certificate: by the rule itself, and in handshakes over sockets.

import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { connect } from 'node:tls';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Slots } from '../../../src/async/slots.ts';
import { beginTls } from '../../../src/gateway/negotiate/begin-tls.ts';
import { MOST_HANDSHAKE_BYTES } from '../../../src/gateway/session/certificate-budget.ts';
import { KeyAsking } from '../../../src/gateway/session/key-asking.ts';
import { surviveErrors } from '../../../src/wire/wait-on-stream.ts';
import { makeClientCertificate } from '../../support/client-certificates.ts';
import { pushedClock } from '../../support/databases/catalogue-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { certificatesOnDisk } from '../../wire/certificates-on-disk.ts';
import { socketPair } from '../../wire/loopback.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const LONG = MOST_HANDSHAKE_BYTES + 1;
/** All that a client may show. */
const LONGEST = 100_000;

function shake(asking: KeyAsking, address: string, bytes = 3_000): boolean {
  const { asksForKey, end } = asking.begin(address);
  end(bytes);
  return asksForKey;
}

describe('a place with a long handshake', () => {
  it('is asked less for a while, the longer it was, and others as before', () => {
    const clock = pushedClock();
    const asking = new KeyAsking(clock);
    expect(shake(asking, '203.0.113.7', 11_000)).toBe(true);
    expect(shake(asking, '203.0.113.7', 11_000)).toBe(true);
    expect([shake(asking, '203.0.113.7'), shake(asking, '203.0.113.8')]).toEqual([false, true]);
    clock.push(40 * SECOND_MS);
    expect(shake(asking, '203.0.113.7', LONGEST)).toBe(true);
    clock.push(60 * MINUTE_MS);
    expect(shake(asking, '203.0.113.7')).toBe(false);
    clock.push(10 * MINUTE_MS);
    expect(shake(asking, '203.0.113.7')).toBe(true);
  });

  it('is its whole /64, and is told once', () => {
    const asking = new KeyAsking(pushedClock());
    const { end } = asking.begin('2001:db8::1');
    expect(end(LONGEST)).toBe(true);
    const next = asking.begin('2001:db8::2');
    expect([next.asksForKey, next.end(LONGEST)]).toEqual([false, false]);
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

// One certificate of 10.7 KB an hour, from beside somebody, kept the key there from being asked.
describe('a neighbour of a known key', () => {
  const [place, near, network] = ['198.51.100.1', '198.51.100.2', '198.51'];

  it('holds it off by no single certificate, and by the longest chain for minutes', () => {
    const clock = pushedClock();
    const asking = new KeyAsking(clock);
    asking.remember(place);
    for (let minute = 0; minute < 60; minute++) {
      expect([shake(asking, place, 10_700), shake(asking, place, 900)]).toEqual([true, true]);
      clock.push(MINUTE_MS);
    }
    expect(shake(asking, place, LONGEST)).toBe(true);
    expect(shake(asking, place)).toBe(false);
    clock.push(8 * MINUTE_MS);
    expect(shake(asking, place)).toBe(true);
  });

  it('costs no more by long chains than by short ones', () => {
    for (const bytes of [LONG, 10_700, 20_000, 50_000, LONGEST]) {
      const clock = pushedClock();
      const asking = new KeyAsking(clock);
      asking.remember(place);
      let squares = 0;
      for (let second = 0; second < 3_600; second++, clock.push(SECOND_MS)) {
        if (shake(asking, place, bytes)) squares += (bytes / MOST_HANDSHAKE_BYTES) ** 2;
      }
      // 192 KiB a minute are 32 handshakes of 6 KiB, and one more may begin.
      expect(squares).toBeLessThan(61 * 32 + (LONGEST / MOST_HANDSHAKE_BYTES) ** 2);
    }
  });

  it('holds off no other place, unless by many known ones of the network', () => {
    const asking = new KeyAsking(pushedClock());
    for (const address of [place, near]) asking.remember(address);
    shake(asking, place, LONGEST);
    expect(shake(asking, near)).toBe(true);
    const places = Array.from({ length: 100 }, (_, last) => `${network}.7.${last}`);
    for (const address of places) asking.remember(address);
    const asked = places.map((address) => {
      return Array.from({ length: 100 }, () => shake(asking, address)).filter((isAsked) => isAsked).length;
    });
    expect(asked.reduce((sum, count) => sum + count)).toBeLessThan(270);
    asking.remember('192.0.2.1');
    expect(shake(asking, '192.0.2.1')).toBe(true);
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

it('after a chain of 40 kB its place is not asked, and it goes to the log', async () => {
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
    const { clientKey, isAskedForKey } = (await accepting).tls;
    return isAskedForKey ? clientKey : 'not asked';
  };
  expect(await keyShownBy(long, '203.0.113.7')).toBe(long.fingerprint);
  expect(await keyShownBy(short, '203.0.113.7')).toBe('not asked');
  expect(await keyShownBy(short, '203.0.113.8')).toBe(short.fingerprint);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ event: 'tls.long_handshake', address: '203.0.113.7', bytes: expect.any(Number) }),
  ]);
});
