// A flood of failures from one network in the log and the audit trail, beside another's failure.

import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { newAccessTokenId } from '../../src/ids.ts';
import { forwardFrom } from '../support/nodes/forward-from-address.ts';
import { startGateway } from './gateway-for-tests.ts';

const FIGURES = { ofNetwork: 5, ofBroadNetwork: 8 };
/** Answers at once, since how late they come is not the subject. */
const AT_ONCE = { gapsMs: [0], mostInWindow: 100_000 };

async function startScene() {
  const environment = { POSTERN_PROXY_PROTOCOL_FROM: '127.0.0.1', POSTERN_UNLIMITED_NETWORKS: '' };
  const gateway = await startGateway({ environment, failures: FIGURES, pace: AT_ONCE });
  onTestFinished(() => gateway.close());
  const eventsOf = async (name: string) => {
    await gateway.auditTrail.flush();
    const rows = await gateway.catalogue.db.selectFrom('audit_events').select('body').execute();
    return rows
      .map(({ body }) => eventSchema.parse(body))
      .filter(({ event }) => event === name)
      .map(({ terminal_ip, subject, reason }) => terminal_ip ?? `${subject}: ${reason}`);
  };
  return { gateway, eventsOf };
}

const eventSchema = z.object({
  event: z.string(),
  terminal_ip: z.string().optional(),
  subject: z.string().optional(),
  reason: z.string().optional(),
});

/** A wrong password, by SCRAM over TLS. */
async function failFrom(address: string, { port }: { readonly port: number }): Promise<void> {
  const forward = await forwardFrom(address, { pgPort: port });
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port: forward.pgPort, ssl: { rejectUnauthorized: false } },
    ...{ user: newAccessTokenId(), password: 'wrong', database: 'shop' },
  });
  await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
  forward.close();
}

describe('failed connections', () => {
  it('of one network are summed up beyond its figure, and hide no other network', async () => {
    // 590 wrong passwords a second wrote a line and two events each.
    const { gateway, eventsOf } = await startScene();
    for (let at = 1; at <= 12; at += 1) await failFrom(`203.0.113.${at}`, gateway);
    await failFrom('198.51.100.7', gateway);
    await gateway.gateway.close();
    const failed = await eventsOf('connection.failed');
    expect(failed.filter((address) => address.startsWith('203.0.113.'))).toEqual(
      [1, 2, 3, 4, 5].map((at) => `203.0.113.${at}`),
    );
    expect(failed).toContain('198.51.100.7');
    const [summary, ...others] = await eventsOf('connection.failures');
    expect(others).toEqual([]);
    expect(summary).toMatch(/^203\.0\.113\.0\/24: and 7 more: 7 password_failed$/);
    const lines = gateway.logged();
    const linesFrom = (start: string) => lines.filter(({ address }) => String(address).startsWith(start)).length;
    expect([linesFrom('203.0.113.'), linesFrom('198.51.100.')]).toEqual([5, 1]);
    expect(lines.filter(({ event }) => event === 'connection.failures')).toMatchObject([
      { network: '203.0.113.0/24', count: 7 },
    ]);
  });

  it('of many networks of a /16 count for it together', async () => {
    const { gateway, eventsOf } = await startScene();
    for (let at = 1; at <= 12; at += 1) await failFrom(`203.0.${at}.1`, gateway);
    await gateway.gateway.close();
    expect(await eventsOf('connection.failed')).toHaveLength(8);
    expect(await eventsOf('connection.failures')).toEqual([expect.stringMatching(/^203\.0\.0\.0\/16: and 4 more/)]);
  });
});
