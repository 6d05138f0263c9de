import express, { type Request } from 'express';
import { describe, expect, it } from 'vitest';
import { clientAddress, trustNetworks } from '../../../src/http/request/client-address.ts';
import { parseNetworks } from '../../../src/network-address.ts';

const PROXIES = parseNetworks(['10.0.0.0/8', '2001:db8::/32']);

// docs/security.md, T29
describe('the address of the browser', () => {
  it.each([
    ['is the socket’s without a proxy', '203.0.113.7', undefined, '203.0.113.7'],
    ['is not what an unlisted peer claims', '203.0.113.7', '192.0.2.1', '203.0.113.7'],
    ['is what a listed proxy reports', '10.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['is the last one that no listed proxy wrote', '10.0.0.1', '192.0.2.66, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
    ['is the proxy’s own when it reports nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['is the farthest proxy’s when all are listed', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['is normalised', '::ffff:10.0.0.1', ' ::ffff:203.0.113.7 ', '203.0.113.7'],
    ['is the nearest proxy’s when what it passes on is no address', '10.0.0.1', '203.0.113.7, <unknown>', '10.0.0.1'],
    ['is read without its port', '10.0.0.1', '203.0.113.5:51008, 10.0.0.2:443', '203.0.113.5'],
    ['is read without its port over IPv6', '10.0.0.1', '[2001:470::9]:51008', '2001:470::9'],
    ['works over IPv6', '2001:db8::1', '2001:470::9', '2001:470::9'],
  ])('%s', (_what, remoteAddress, forwardedFor, expected) => {
    const app = express().set('trust proxy', trustNetworks(PROXIES));
    const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
    const request: Request = Object.assign(Object.create(app.request), { headers, socket: { remoteAddress }, app });
    expect(clientAddress(request)).toBe(expected);
  });
});
