// A client that is through the link door, and what the upstream knows of its connections.

import pg from 'pg';
import { postgresUrl } from '../support/databases/postgres-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';
import {
  approveLink,
  type DeveloperForTests,
  type GatewayForTests,
  type UpstreamForTests,
} from './gateway-for-tests.ts';
import { PROTOCOL_3_0, RawClient, type StartupParameters } from './raw-client.ts';
import type { ReceivedMessage } from './read-messages.ts';

/** A psql over TLS that has been shown its link. */
export async function waitingClient(
  gateway: GatewayForTests,
  parameters: StartupParameters = {},
  version = PROTOCOL_3_0,
): Promise<RawClient> {
  const client = await RawClient.connectTls(gateway);
  client.sendStartup({ application_name: 'psql', ...parameters }, version);
  await client.waitForNotice(/^The link expires/);
  return client;
}

/** A psql over TLS that is ready for queries. */
export async function connectedClient(
  gateway: GatewayForTests,
  developer: DeveloperForTests,
  parameters: StartupParameters = {},
): Promise<RawClient> {
  const client = await waitingClient(gateway, parameters);
  await approveLink(gateway, client, developer);
  await client.waitForType('Z');
  return client;
}

/** The text of the first column of the first row. */
export async function answerTo(client: RawClient, sql: string): Promise<string> {
  const before = client.messages.length;
  client.query(sql);
  const row = await waitUntil(() => client.messages.slice(before).find(({ type }) => type === 'D'), `a row: ${sql}`);
  await waitForMessage(client, 'Z', before);
  // DataRow: int16 columns, int32 length, the value.
  return row.body.subarray(6).toString();
}

/** The next message of the type behind the first `after` ones. */
export async function waitForMessage(client: RawClient, type: string, after: number): Promise<ReceivedMessage> {
  return await waitUntil(
    () => client.messages.slice(after).find((message) => message.type === type),
    `a message ${type} after ${after} of ${client.types}`,
  );
}

/** The cancel key that the client was given. */
export function cancelKeyOf(client: RawClient): { processId: number; secretKey: Buffer } {
  const body = client.messages.find(({ type }) => type === 'K')?.body;
  if (body === undefined) throw new Error(`no cancel key in ${client.types}`);
  return { processId: body.readInt32BE(), secretKey: body.subarray(4) };
}

/**
 * What the upstream's connections under this role are doing, such as `active select pg_sleep(60)`.
 */
export async function upstreamActivity({ role }: Pick<UpstreamForTests, 'role'>): Promise<string[]> {
  const client = new pg.Client({ connectionString: postgresUrl() });
  await client.connect();
  try {
    const { rows } = await client.query<{ state: string; query: string }>(
      "select state, query from pg_stat_activity where usename = $1 and backend_type = 'client backend'",
      [role.name],
    );
    return rows.map(({ state, query }) => `${state} ${query}`);
  } finally {
    await client.end();
  }
}
