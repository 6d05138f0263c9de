import express, { type Request } from 'express';
import { describe, expect, it } from 'vitest';
import { clientAddress, trustNetworks } from '../../../src/http/request/client-address.ts';
import { readProxyHeaders } from '../../../src/http/request/proxy-headers.ts';
import { parseNetworks } from '../../../src/network-address.ts';

const PROXIES = parseNetworks(['10.0.0.0/8', '2001:db8::/32']);
const app = express().set('trust proxy', trustNetworks(PROXIES));

type Headers = Readonly<Record<string, string>>;

function reader() {
  const said: unknown[] = [];
  const read = readProxyHeaders(PROXIES, { warn: (fields: unknown) => said.push(fields) });
  const addressOf = (headers: Headers, remoteAddress = '10.0.0.1') => {
    const sent = { headers: { ...headers }, socket: { remoteAddress }, app };
    const request: Request = Object.assign(Object.create(app.request), sent);
    read(request, app.response, () => {});
    return clientAddress(request);
  };
  return { addressOf, said };
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
    ['by both', { forwarded: 'for=192.0.2.66', 'x-forwarded-for': '203.0.113.5' }, '203.0.113.5'],
  ])('is read %s', (_how, headers, expected) => {
    const { addressOf, said } = reader();
    expect(addressOf(headers)).toBe(expected);
    const isClean = !JSON.stringify(headers).includes(' :');
    expect(said).toEqual(isClean ? [] : [expect.objectContaining({ event: 'http.unreadable_address' })]);
  });

  it.each<[string, Headers, string | undefined, string]>([
    ['no address', { 'x-forwarded-for': 'unknown' }, undefined, 'http.unreadable_address'],
    ['an obfuscated name', { forwarded: 'for=_hidden' }, undefined, 'http.unreadable_address'],
    ['another header', { 'x-real-ip': '203.0.113.5' }, undefined, 'http.unread_header'],
    ['it without being listed', { 'x-forwarded-for': '203.0.113.5' }, '192.0.2.9', 'http.proxy_not_listed'],
  ])('counts as the peer when it says %s, and is logged once', (_what, headers, peer = '10.0.0.1', event) => {
    const { addressOf, said } = reader();
    expect([addressOf(headers, peer), addressOf(headers, peer)]).toEqual([peer, peer]);
    expect(said).toEqual([{ event, peer }]);
  });
});
