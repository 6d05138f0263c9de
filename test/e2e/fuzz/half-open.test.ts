// Two thousand connections that stop half-way: good clients still log in, memory and descriptors
// stay bounded, and everything is released.

import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { duplexPair } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startupPacket } from '../../gateway/raw-client.ts';
import type { WebClient } from '../../support/browser/web-client.ts';
import { type Desk, finish, linkOf, openDesk } from '../../support/nodes/desk.ts';
import { nodeEnvironment } from '../../support/nodes/postern-for-tests.ts';
import { type PosternProcess, startPosternProcess } from '../../support/nodes/postern-process.ts';
import { type SeededRandom, seededRandom } from '../../support/seeded-random.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { Attacker, sslRequest } from './attacker.ts';

const SEED = Number(process.env.FUZZ_SEED ?? 20_261_123);
const CLIENTS = 2_000;
const AT_A_TIME = 50;
const MOST_BYTES_EACH = 64 * 1_024;

let desk: Desk;
let postern: PosternProcess;
let browser: WebClient;
let clientHello: Buffer;

beforeAll(async () => {
  desk = await openDesk();
  const { databaseUrl, redisUrl } = desk.installation;
  const environment = { ...nodeEnvironment(databaseUrl, redisUrl), POSTERN_SHARED_NETWORKS: '127.0.0.0/8' };
  postern = await startPosternProcess({ environment });
  browser = await desk.openBrowser(postern);
  clientHello = await makeClientHello();
  await expectGoodLogin();
});

afterAll(async () => {
  await postern.close();
  await desk.close();
});

/** A ClientHello. */
async function makeClientHello(): Promise<Buffer> {
  const [here, there] = duplexPair();
  const client = connectTls({ socket: here, servername: 'localhost', ALPNProtocols: ['postgresql'] });
  client.on('error', () => {
    // It is never answered.
  });
  const [bytes]: Buffer[] = await once(there, 'data');
  client.destroy();
  if (bytes === undefined) throw new Error('no ClientHello');
  return bytes;
}

async function expectGoodLogin(): Promise<void> {
  const psql = desk.psql(['-Atc', 'select 6 * 7'], { at: postern });
  await browser.approve(await linkOf(psql));
  expect(await finish(psql)).toMatchObject({ code: 0, stdout: '42\n' });
}

const descriptorCount = async () => (await readdir(`/proc/${postern.pid}/fd`)).length;

type Begin = (random: SeededRandom) => Promise<Attacker>;

const sending = (bytes: () => Buffer) => async (random: SeededRandom) => {
  const attacker = await Attacker.connect(postern.pgPort, random);
  attacker.send(bytes());
  return attacker;
};

const BEGINNINGS: ReadonlyArray<readonly [string, Begin]> = [
  ['say nothing', (random) => Attacker.connect(postern.pgPort, random)],
  ['stop in the middle of a startup packet', sending(() => startupPacket({}).subarray(0, 20))],
  ['ask for TLS and never begin it', sending(sslRequest)],
  ['begin TLS and never go on', sending(() => clientHello)],
  ['begin TLS with half a ClientHello', sending(() => clientHello.subarray(0, 100))],
  ['say nothing inside TLS', (random) => Attacker.connectInTls(postern.pgPort, random)],
];

async function openMany(begin: Begin, random: SeededRandom): Promise<Attacker[]> {
  const attackers: Attacker[] = [];
  while (attackers.length < CLIENTS) {
    attackers.push(...(await Promise.all(Array.from({ length: AT_A_TIME }, () => begin(random)))));
  }
  return attackers;
}

describe(`${CLIENTS} half-open connections (seed ${SEED})`, () => {
  it.each(BEGINNINGS)('that %s keep nobody else out and are released', async (_what, begin) => {
    const random = seededRandom(SEED);
    const [bytesBefore, descriptorsBefore] = [await postern.residentBytes(), await descriptorCount()];
    const attackers = await openMany(begin, random);
    await expectGoodLogin();
    expect((await postern.residentBytes()) - bytesBefore).toBeLessThan(CLIENTS * MOST_BYTES_EACH);
    for (const attacker of attackers) attacker.leave(random.below(2) === 0 ? 'fin' : 'reset');
    await waitUntil(async () => (await descriptorCount()) <= descriptorsBefore + 5, 'the sockets are released', 20_000);
    await expectGoodLogin();
  });
});
