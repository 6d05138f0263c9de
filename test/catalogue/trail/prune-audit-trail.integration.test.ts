import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import { verifyAuditChain } from '../../../src/catalogue/trail/audit-chain.ts';
import { changeEvent, SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { recordAuditEvent } from '../../../src/catalogue/trail/audit-events.ts';
import { pruneAuditTrail } from '../../../src/catalogue/trail/prune-audit-trail.ts';
import { newNodeId } from '../../../src/ids.ts';
import { openCatalogueOn, openTestCatalogue, pushedClock } from '../../support/databases/catalogue-for-tests.ts';

const DAY_MS = 24 * 3_600_000;
const START = new Date('2026-03-01T12:00:00.000Z');

/** A node that wrote an event a day, and the owner of its tables. */
async function trailOf(days: number) {
  const clock = pushedClock(START);
  const nodeId = newNodeId();
  const node = await openTestCatalogue({ clock, nodeId });
  const owner = await openCatalogueOn(node.url, { clock, sealer: node.sealer, nodeId, workingAs: 'owner' });
  for (let day = 0; day < days; day += 1) {
    await note(node, `day ${day}`);
    clock.push(DAY_MS);
  }
  return { node, owner, nodeId, clock };
}

async function note(catalogue: Catalogue, reason: string): Promise<void> {
  const event = changeEvent(catalogue, SYSTEM_CONTEXT, { event: 'account.changed', reason });
  await catalogue.transaction((tx) => recordAuditEvent(tx, event));
}

const dayNumber = (days: number) => new Date(START.getTime() + days * DAY_MS - 1);

async function reasonsIn({ db }: Catalogue): Promise<unknown[]> {
  const rows = await sql<{ reason: string }>`select body ->> 'reason' as reason from audit_events order by at`.execute(
    db,
  );
  return rows.rows.map(({ reason }) => reason);
}

describe('pruning the audit trail', () => {
  it('removes the events from before that moment, and says so in the trail', async () => {
    const { node, owner } = await trailOf(5);
    expect(await pruneAuditTrail(owner, SYSTEM_CONTEXT, dayNumber(3))).toBe(3);
    expect(await reasonsIn(node)).toEqual(['day 3', 'day 4', '3 events']);
  });

  it('leaves a trail that verifies, and names the head at which it was cut', async () => {
    const { node, owner, nodeId } = await trailOf(5);
    const [whole] = (await verifyAuditChain(node)).heads;
    await pruneAuditTrail(owner, SYSTEM_CONTEXT, dayNumber(3));
    const verdict = await verifyAuditChain(node, whole === undefined ? [] : [whole]);
    expect(verdict).toMatchObject({ eventCount: 3, flaws: [] });
    expect(verdict.pruned).toEqual([
      { nodeId, position: 3, hash: expect.stringMatching(/^[0-9a-f]{64}$/), before: dayNumber(3).toISOString() },
    ]);
  });

  it('lets a chain go on that was removed as a whole', async () => {
    const { node, owner, nodeId } = await trailOf(2);
    const elsewhere = await openCatalogueOn(node.url, { sealer: node.sealer, workingAs: 'owner' });
    await pruneAuditTrail(elsewhere, SYSTEM_CONTEXT, dayNumber(9));
    await note(node, 'after');
    const verdict = await verifyAuditChain(owner);
    expect(verdict.flaws).toEqual([]);
    expect(verdict.heads).toContainEqual(expect.objectContaining({ nodeId, position: 3 }));
  });

  it('may be repeated, and does nothing where there is nothing old', async () => {
    const { owner } = await trailOf(3);
    expect(await pruneAuditTrail(owner, SYSTEM_CONTEXT, dayNumber(1))).toBe(1);
    expect(await pruneAuditTrail(owner, SYSTEM_CONTEXT, dayNumber(1))).toBe(0);
    expect(await pruneAuditTrail(owner, SYSTEM_CONTEXT, dayNumber(2))).toBe(1);
    expect((await verifyAuditChain(owner)).flaws).toEqual([]);
  });

  it('is refused to the role that nodes work as, which cannot write a cut either', async () => {
    const { node } = await trailOf(2);
    await expect(pruneAuditTrail(node, SYSTEM_CONTEXT, dayNumber(2))).rejects.toThrow(/permission denied|append-only/);
    expect(await reasonsIn(node)).toHaveLength(2);
  });

  it('hides neither changed events after the cut nor a noted head that is gone', async () => {
    const { node, owner, nodeId } = await trailOf(4);
    await pruneAuditTrail(owner, SYSTEM_CONTEXT, dayNumber(2));
    const forged = { nodeId, position: 3, hash: createHash('sha256').update('forged').digest('hex') };
    const kinds = (await verifyAuditChain(node, [forged])).flaws.map(({ kind }) => kind);
    expect(kinds).toEqual(['head_missing']);
    await sql`alter table audit_events disable trigger append_only`.execute(owner.db);
    await sql`delete from audit_events where body ->> 'reason' = 'day 3'`.execute(owner.db);
    expect((await verifyAuditChain(node)).flaws).toMatchObject([{ kind: 'event_missing', position: 4 }]);
  });
});
