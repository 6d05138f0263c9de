import express, { type Request } from 'express';
import { describe, expect, it } from 'vitest';
import { clientAddress, isForwarded, trustNetworks } from '../../../src/http/request/client-address.ts';
import { readProxyHeaders } from '../../../src/http/request/proxy-headers.ts';
import { parseNetworks } from '../../../src/network-address.ts';

const PROXIES = parseNetworks(['10.0.0.0/8', '2001:db8::/32']);
const app = express().set('trust proxy', trustNetworks(PROXIES));

type Headers = Readonly<Record<string, string>>;

type Counts = 'either' | 'x-forwarded-for' | 'forwarded';

function reader(counts: Counts = 'either') {
  const said: unknown[] = [];
  const log = { warn: (fields: unknown) => said.push(fields) };
  const read = readProxyHeaders({ trustedProxies: PROXIES, counts }, log);
  const requestOf = (headers: Headers, remoteAddress = '10.0.0.1') => {
    const rawHeaders = Object.entries(headers).flatMap(([name, value]) =>
      value.split('\n').flatMap((line) => [name, line]),
    );
    const sent = { headers: { ...headers }, rawHeaders, socket: { remoteAddress }, app };
    const request: Request = Object.assign(Object.create(app.request), sent);
    read(request, app.response, () => {});
    return request;
  };
  return { addressOf: (...sent: Parameters<typeof requestOf>) => clientAddress(requestOf(...sent)), requestOf, said };
}

// docs/security.md, T29
describe('what a listed proxy says of the browser', () => {
  it.each<[string, Headers, string]>([
    ['with a port', { 'x-forwarded-for': '203.0.113.5:51008' }, '203.0.113.5'],
    ['with brackets and a port', { 'x-forwarded-for': '[2001:470::9]:51008' }, '2001:470::9'],
    ['with brackets only', { 'x-forwarded-for': '[2001:470::9]' }, '2001:470::9'],
    ['in quotes', { 'x-forwarded-for': '"[2001:470::9]:51008"' }, '2001:470::9'],
    ['with a zone', { 'x-forwarded-for': '2001:470::9%eth0' }, '2001:470::9'],
    ['with empty elements and spaces', { 'x-forwarded-for': ' ,203.0.113.5 :, , 203.0.113.6 ,' }, '203.0.113.6'],
    ['over two proxies', { 'x-forwarded-for': '203.0.113.5:1, 10.0.0.7:443' }, '203.0.113.5'],
    ['by RFC 7239', { forwarded: 'for=203.0.113.5' }, '203.0.113.5'],
    ['by RFC 7239 with a port', { forwarded: 'proto=https;For="203.0.113.5:51008";by=10.0.0.1' }, '203.0.113.5'],
    ['by RFC 7239 over IPv6', { forwarded: 'for="[2001:470::9]:4711", for=10.0.0.7' }, '2001:470::9'],
    ['by RFC 7239 with commas in quotes', { forwarded: 'for=203.0.113.5;host="a,b;for=1.2.3.4"' }, '203.0.113.5'],
    ['by RFC 7239 with quotes in quotes', { forwarded: 'for=203.0.113.5;host="a\\",for=1.2.3.4;b"' }, '203.0.113.5'],
    ['behind what the browser wrote', { 'x-forwarded-for': `${'1.2.3.4,'.repeat(500)}203.0.113.5` }, '203.0.113.5'],
    ['by both', { forwarded: 'for=203.0.113.5', 'x-forwarded-for': '1.2.3.4, 203.0.113.5' }, '203.0.113.5'],
    ['behind another line', { forwarded: 'for=1.2.3.4;x="\nfor=203.0.113.5;proto=https' }, '203.0.113.5'],
  ])('is read %s', (_how, headers, expected) => {
    const { addressOf, said } = reader();
    expect(addressOf(headers)).toBe(expected);
    const isClean = !/ :|\n/.test(Object.values(headers).join());
    expect(said).toEqual(isClean ? [] : [expect.objectContaining({ event: 'http.unreadable_address' })]);
  });

  it.each<[string, Headers, string | undefined, string]>([
    ['no address', { 'x-forwarded-for': 'unknown' }, undefined, 'http.unreadable_address'],
    ['an obfuscated name', { forwarded: 'for=_hidden' }, undefined, 'http.unreadable_address'],
    [
      'a line with a quotation mark that stays open',
      { forwarded: 'for=1.2.3.4;x=", for=203.0.113.5' },
      undefined,
      'http.unreadable_address',
    ],
    [
      'such a line, escaped',
      { forwarded: 'for=1.2.3.4;x="\\", for="203.0.113.5"' },
      undefined,
      'http.unreadable_address',
    ],
    [
      'two different browsers',
      { forwarded: 'for=192.0.2.66', 'x-forwarded-for': '203.0.113.5' },
      undefined,
      'http.two_headers',
    ],
    ['another header', { 'x-real-ip': '203.0.113.5' }, undefined, 'http.unread_header'],
    ['it without being listed', { 'x-forwarded-for': '203.0.113.5' }, '192.0.2.9', 'http.proxy_not_listed'],
  ])('counts as the peer when it says %s, and is logged once', (_what, headers, peer = '10.0.0.1', event) => {
    const { addressOf, said } = reader();
    expect([addressOf(headers, peer), addressOf(headers, peer)]).toEqual([peer, peer]);
    expect(said).toEqual([{ event, peer }]);
  });

  it.each<[string, Headers, string | undefined, boolean]>([
    ['names nobody and is listed', {}, undefined, false],
    ['names nobody and is not listed', {}, '127.0.0.1', false],
    ['names the browser', { 'x-forwarded-for': '203.0.113.5' }, undefined, false],
    ['names a browser of its own machine', { forwarded: 'for=127.0.0.1' }, undefined, false],
    ['names the browser and is not listed', { 'x-forwarded-for': '203.0.113.5' }, '127.0.0.1', true],
    ['names what cannot be read', { forwarded: 'for=1.2.3.4;x=", for=203.0.113.5' }, undefined, true],
    ['names two browsers', { forwarded: 'for=192.0.2.66', 'x-forwarded-for': '203.0.113.5' }, undefined, true],
  ])('does not place a browser at a peer that %s: %j', (_what, headers, peer, expected) => {
    expect(isForwarded(reader().requestOf(headers, peer))).toBe(expected);
  });

  it.each<[Counts, string]>([
    ['x-forwarded-for', '203.0.113.5'],
    ['forwarded', '192.0.2.66'],
  ])('counts in %s alone where the operator says so', (counts, expected) => {
    const { addressOf, said } = reader(counts);
    expect(addressOf({ forwarded: 'for=192.0.2.66', 'x-forwarded-for': '203.0.113.5' })).toBe(expected);
    const other: Headers =
      counts === 'forwarded' ? { 'x-forwarded-for': '203.0.113.5' } : { forwarded: 'for=192.0.2.66' };
    expect(addressOf(other)).toBe('10.0.0.1');
    expect(said).toEqual([]);
  });

  // A pattern tried every place of these again: 60 KB took three seconds of all connections' time.
  it.each([
    ['quotation marks that never end', '"\\'.repeat(30_000)],
    ['quotation marks inside such', `"${'\\"'.repeat(30_000)}`],
    ['spaces', `for${' '.repeat(60_000)}x`],
    ['commas', ','.repeat(60_000)],
  ])('is read in one pass, whatever it says: %s', (_what, forwarded) => {
    const { addressOf } = reader();
    for (let count = 0; count < 5; count++) expect(addressOf({ forwarded })).toBe('10.0.0.1');
  });
});
