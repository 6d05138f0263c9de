import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createInstallation } from './support/nodes/postern-for-tests.ts';
import { waitUntil } from './support/wait-until.ts';

// The rejection was observed by nobody, which ends a process.
it('a failed drain that an operator asked for is logged; the node goes on', async () => {
  const lines: string[] = [];
  const log = pino(
    new Writable({
      write(line, _encoding, done) {
        lines.push(String(line));
        done();
      },
    }),
  );
  const installation = await createInstallation({ log });
  onTestFinished(() => installation.close());
  const { postern } = await installation.startNode();
  vi.spyOn(postern.gateway, 'drain').mockRejectedValue(new Error('a defect of the drain'));
  const { liveConnections } = postern.fleet;
  expect(await liveConnections.drainNode(postern.nodeId, { by: 'ops@example.com' })).toBe('done');
  await waitUntil(() => lines.some((line) => line.includes('node.drain_failed')), 'the failure is logged');
  expect(await liveConnections.list()).toEqual([]);
});
