import { describe, expect, it } from 'vitest';
import { exportAuditLines } from '../../src/audit/audit-export.ts';
import type { Catalogue } from '../../src/catalogue/store/catalogue.ts';
import { SYSTEM_CONTEXT } from '../../src/catalogue/trail/audit-context.ts';
import { type AuditEventInput, recordAuditEvents } from '../../src/catalogue/trail/audit-events.ts';
import { actingAs, addPerson, openTestCatalogue } from '../support/databases/catalogue-for-tests.ts';

const upTo = (count: number) => Array.from({ length: count }, (_none, index) => index);

/** Events a second apart; the third of each ten was refused. */
async function recordMany(catalogue: Catalogue, count: number): Promise<void> {
  const events = upTo(count).map(
    (seq): AuditEventInput => ({
      at: new Date(Date.UTC(2026, 0, 1, 0, 0, seq)),
      nodeId: catalogue.nodeId,
      event: 'login.requested',
      outcome: seq % 10 === 3 ? 'refused' : 'success',
      actorType: 'system',
      actorId: null,
      actorEmail: null,
      seq,
    }),
  );
  await catalogue.transaction((tx) => recordAuditEvents(tx, events));
}

async function collect(lines: AsyncIterable<string>): Promise<Array<Record<string, unknown>>> {
  const events: Array<Record<string, unknown>> = [];
  for await (const line of lines) {
    expect(line.indexOf('\n')).toBe(line.length - 1);
    events.push(JSON.parse(line));
  }
  return events;
}

describe('the exported audit trail', () => {
  it('has every event once, oldest first, also when there are more than one batch', async () => {
    const catalogue = await openTestCatalogue();
    await recordMany(catalogue, 2_500);
    const events = await collect(
      exportAuditLines(catalogue, SYSTEM_CONTEXT, { event: 'login.requested', to: new Date(Date.UTC(2026, 1)) }),
    );
    expect(events.map(({ seq }) => seq)).toEqual(upTo(2_500));
    expect(events[3]).toMatchObject({ code: 'PL10R', at: '2026-01-01T00:00:03.000Z', node_id: catalogue.nodeId });
  });

  it('is filtered by outcome and time', async () => {
    const catalogue = await openTestCatalogue();
    await recordMany(catalogue, 50);
    const events = await collect(
      exportAuditLines(catalogue, SYSTEM_CONTEXT, {
        outcome: 'refused',
        from: new Date(Date.UTC(2026, 0, 1, 0, 0, 13)),
        to: new Date(Date.UTC(2026, 0, 1, 0, 0, 33)),
      }),
    );
    expect(events.map(({ seq }) => seq)).toEqual([13, 23]);
  });

  it('is itself recorded', async () => {
    const catalogue = await openTestCatalogue();
    await collect(exportAuditLines(catalogue, SYSTEM_CONTEXT, {}));
    const events = await collect(exportAuditLines(catalogue, SYSTEM_CONTEXT, {}));
    expect(events.filter(({ code }) => code === 'PO85S')).toHaveLength(1);
  });

  it('is refused to people who may not read it, without a record of an export', async () => {
    const catalogue = await openTestCatalogue();
    const context = await actingAs(catalogue, await addPerson(catalogue, 'sally'));
    await expect(collect(exportAuditLines(catalogue, context, {}))).rejects.toMatchObject({ code: 'forbidden' });
    const events = await collect(exportAuditLines(catalogue, SYSTEM_CONTEXT, { event: 'ops.audit_exported' }));
    expect(events).toEqual([]);
  });
});
