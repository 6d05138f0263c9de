// The first of libpq's two connections by OAUTHBEARER: it has no token, and is there to be told
// where to get one.

import { waitUntil } from '../support/wait-until.ts';
import type { RawClient } from './raw-client.ts';

const NO_TOKEN = Buffer.from('n,,\x01auth=\x01\x01');

/** From the startup packet to its end; the fields of the error that it ends with. */
export async function loginWithoutToken(client: RawClient, user: string): Promise<Record<string, string>> {
  client.sendStartup({ user, options: 'door=oauth' });
  await client.waitForType('R');
  client.sendMessage('p', (writer) => writer.addCString('OAUTHBEARER').addInt32(NO_TOKEN.length).add(NO_TOKEN));
  await waitUntil(() => client.messages.length >= 2, 'it is told where tokens are to be had');
  client.sendMessage('p', (writer) => writer.add(Buffer.from([1])));
  await client.waitForEnd();
  return client.fatal;
}
