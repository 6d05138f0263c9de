import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sendAuditEvents } from '../../src/audit/audit-webhook.ts';
import { Secret } from '../../src/secret.ts';
import { attachedTo } from '../support/abort-signals.ts';

describe('a request to the audit webhook', () => {
  // Each left a combined signal and a timer behind on the signal of the whole delivery, which lasts
  // as long as the node.
  it('leaves nothing on the signal that it is given', async () => {
    const server = createServer((_request, response) => void response.writeHead(204).end()).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close().closeAllConnections());
    await once(server, 'listening');
    const target = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, secret: new Secret('secret') };
    const { signal } = new AbortController();
    for (let turn = 0; turn < 3; turn += 1) await sendAuditEvents(target, { lines: ['{}'], at: new Date(), signal });
    expect(attachedTo(signal)).toBe(0);
  });
});
