// A neighbour shows so many certificates that nobody at the address is asked for a key any more, to
// use what a person without one would have remembered there (docs/security.md, A48).

import { once } from 'node:events';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rememberKey } from '../../../src/catalogue/people/terminal-keys.ts';
import { findSharing } from '../../../src/login/grant/terminal-sharing.ts';
import { surviveErrors } from '../../../src/wire/wait-on-stream.ts';
import { builtStartupPacket } from '../../protocol/packet-fixtures.ts';
import { makeClientCertificate } from '../../support/client-certificates.ts';
import {
  addDeveloper,
  createUpstream,
  type GatewayForTests,
  startGateway,
  type UpstreamForTests,
} from '../gateway-for-tests.ts';
import { RawClient, SSL_REQUEST, startupPacket } from '../raw-client.ts';

const PLACE = '203.0.113.7';

let gateway: GatewayForTests;
let upstream: UpstreamForTests;

beforeAll(async () => {
  const environment = { POSTERN_PROXY_PROTOCOL_FROM: '127.0.0.1' };
  [gateway, upstream] = await Promise.all([startGateway({ environment }), createUpstream()]);
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

/** One chain of 40 kB, which the gateway takes. */
async function showLongCertificate(): Promise<void> {
  const names = Array.from({ length: 1_500 }, (_none, at) => `a${at}.terminals.example.test`);
  const { certPem: cert, keyPem: key } = await makeClientCertificate({ names });
  using client = await RawClient.connect(gateway);
  client.send(Buffer.from(`PROXY TCP4 ${PLACE} 127.0.0.1 50000 5432\r\n`));
  client.send(builtStartupPacket(SSL_REQUEST, []));
  await client.readByte();
  const socket = connect({ socket: client.plain, ca: gateway.caPem, servername: 'localhost', cert, key });
  surviveErrors(socket);
  await once(socket, 'secureConnect');
  socket.write(startupPacket({ user: 'neighbour' }));
  await once(socket, 'data');
}

/** How the gateway's person finds a terminal that waits there. */
async function waitingTerminal() {
  const client = await RawClient.connectTlsFrom(PLACE, gateway);
  client.sendStartup({ user: 'ann' });
  await client.waitForNotice(/^Welcome/);
  const found = await gateway.loginRequests.findByToken(client.token);
  client.destroy();
  if (found === null) throw new Error('the login is gone');
  return found.origin;
}

it('what a person with a key approves meanwhile is remembered for nobody', async () => {
  const [ann, keyless] = [await addDeveloper(gateway, upstream), await addDeveloper(gateway, upstream)];
  await rememberKey(gateway.catalogue, ann.userId, { fingerprint: 'SHA256:ann', address: PLACE });
  const stores = {
    catalogue: gateway.catalogue,
    loginRequests: gateway.loginRequests,
    reverseCodes: gateway.reverseCodes,
  };
  const sharingOf = async (userId: typeof ann.userId) =>
    await findSharing(stores, await waitingTerminal(), { userId, sharedNetworks: [] });
  expect(await sharingOf(ann.userId)).toBe('own');
  await showLongCertificate();
  expect(await sharingOf(ann.userId)).toBe('unasked');
  expect(await sharingOf(keyless.userId)).toBe('own');
});
