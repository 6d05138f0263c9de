import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenantLookup } from '../../../src/wire/dial/tenant-lookup.ts';

const ADDRESS = '203.0.113.7';

let dns: Socket;
let asked: string[] = [];
beforeAll(async () => {
  dns = createSocket('udp4');
  dns.on('message', (question, { port, address }) => {
    const name = nameIn(question);
    asked.push(name);
    // RFC 1035, 4.1.1: response, recursion available; NXDOMAIN for all but names of one zone.
    if (name.startsWith('silent')) return;
    const isKnown = name.endsWith('.known.test') && question.readUInt16BE(question.indexOf('\0', 12) + 1) === 1;
    const answer = Buffer.from(question);
    answer.writeUInt16BE(name.endsWith('.known.test') ? 0x8180 : 0x8183, 2);
    answer.writeUInt16BE(isKnown ? 1 : 0, 6);
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...ADDRESS.split('.').map(Number)]);
    const end = question.indexOf('\0', 12) + 5;
    answer.writeUInt16BE(0, 10);
    dns.send(Buffer.concat([answer.subarray(0, end), ...(isKnown ? [record] : [])]), port, address);
  });
  dns.bind(0, '127.0.0.1');
  await once(dns, 'listening');
});
afterAll(() => dns.close());

function nameIn(question: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; question.readUInt8(at) > 0; at += 1 + question.readUInt8(at)) {
    labels.push(question.toString('latin1', at + 1, at + 1 + question.readUInt8(at)));
  }
  return labels.join('.').toLowerCase();
}

/** The system knows no name until its answers are released. */
function lookupBeside() {
  const ofSystem: string[] = [];
  const pending: Array<(addresses: readonly string[]) => void> = [];
  const bySystem = async (host: string) => {
    ofSystem.push(host);
    return await new Promise<readonly string[]>((resolve) => pending.push(resolve));
  };
  const lookup = tenantLookup({ bySystem, servers: [`127.0.0.1:${dns.address().port}`] });
  return { lookup, ofSystem, answer: (addresses: readonly string[]) => pending.shift()?.(addresses) };
}

describe('a name that a tenant chose', () => {
  it('is found beside many whose servers are silent, which never reach the system', async () => {
    const { lookup, ofSystem } = lookupBeside();
    for (let at = 0; at < 100; at += 1) lookup(`silent${at}.test`).catch(() => {});
    await expect.poll(() => new Set(asked).size).toBe(100);
    expect(await lookup('db.known.test')).toEqual([ADDRESS]);
    expect(ofSystem).toEqual([]);
  });

  it('that DNS does not know is asked of the system, one at a time', async () => {
    const { lookup, ofSystem, answer } = lookupBeside();
    const [first, second] = [lookup('one.elsewhere.test'), lookup('two')];
    await expect.poll(() => ofSystem).toHaveLength(1);
    answer([ADDRESS]);
    await expect.poll(() => ofSystem).toHaveLength(2);
    answer([ADDRESS]);
    expect(await Promise.all([first, second])).toEqual([[ADDRESS], [ADDRESS]]);
  });

  it.each(['localhost', 'db', '127.1', '0x7f.1', 'printer.local'])('%s is of the system alone', async (host) => {
    asked = [];
    const { lookup, ofSystem, answer } = lookupBeside();
    const found = lookup(host);
    await expect.poll(() => ofSystem).toEqual([host]);
    answer([ADDRESS]);
    expect(await found).toEqual([ADDRESS]);
    expect(asked).toEqual([]);
  });
});
