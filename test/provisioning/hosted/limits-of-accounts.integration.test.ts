// What one account may take of an installation: counts by its plan, and turns at changing.

import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { changePlan } from '../../../src/catalogue/accounts/accounts.ts';
import { createOrganization, deleteOrganization } from '../../../src/catalogue/accounts/organizations.ts';
import { createDatabaseRole } from '../../../src/catalogue/projects/database-roles.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { actingAs, addPerson } from '../../support/databases/catalogue-for-tests.ts';
import { placeOf, uniqueName, useTestProvisioning } from '../provisioning-for-tests.ts';

const useParts = useTestProvisioning();

async function newAccount(plan: 'free' | 'enterprise') {
  const { catalogue } = useParts();
  const person = await addPerson(catalogue, uniqueName('person'));
  await changePlan(catalogue, SYSTEM_CONTEXT, { accountId: person.accountId, plan });
  return person;
}

describe('a plan', () => {
  it('refuses databases and roles beyond its figure, by name, however many ask at once', async () => {
    const { provisioning, catalogue } = useParts();
    const { accountId } = await newAccount('free');
    const made = await provisioning.createHostedProject(SYSTEM_CONTEXT, { accountId, name: 'shop' });
    const stamps = { branch_id: made.branchId, created_at: new Date(), updated_at: new Date() };
    const owner_name = made.roles[0]?.name ?? '';
    const rows = Array.from({ length: 18 }, (_, at) => ({ ...stamps, name: `filler${at}`, owner_name }));
    await catalogue.db.insertInto('databases').values(rows).execute();
    const wanted = ['one', 'two', 'three'].map((stem) => uniqueName(stem));
    const ends = await Promise.allSettled(
      wanted.map((name) =>
        provisioning.createDatabase(SYSTEM_CONTEXT, { ...placeOf(made, name), ownerName: owner_name }),
      ),
    );
    const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    expect(reasons).toHaveLength(2);
    for (const reason of reasons) {
      expect(reason).toMatchObject({
        code: 'plan_gate',
        httpStatus: 403,
        message: 'the free plan includes 20 databases per branch',
      });
    }
    await catalogue.db.deleteFrom('databases').where('name', 'like', 'filler%').execute();

    for (let at = 0; at < 18; at += 1) {
      await createDatabaseRole(catalogue, SYSTEM_CONTEXT, { ...placeOf(made, `filler${at}`), password: null });
    }
    await expect(provisioning.createRole(SYSTEM_CONTEXT, placeOf(made, uniqueName('role')))).rejects.toMatchObject({
      code: 'plan_gate',
      message: 'the free plan includes 20 database roles per branch',
    });
  });

  it('refuses more organizations of one admin, however many are made at once', async () => {
    const { catalogue } = useParts();
    const person = await newAccount('free');
    const context = await actingAs(catalogue, person);
    const make = () =>
      createOrganization(catalogue, context, {
        name: 'Many',
        admin: { id: person.userId, email: person.email, joinedBy: 'themselves' },
      });
    const ends = await Promise.allSettled(Array.from({ length: 6 }, make));
    const made = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    expect(made).toHaveLength(3);
    await expect(make()).rejects.toMatchObject({
      code: 'plan_gate',
      message: 'the free plan lets a person be an admin of 3 organizations',
    });
    await deleteOrganization(catalogue, SYSTEM_CONTEXT, made[0]?.id ?? person.accountId);
    expect((await make()).kind).toBe('organization');
  });
});

describe('an account that makes many projects at once', () => {
  it('holds four turns and delays no other account', async () => {
    // A hundred creations held two connections of the host each, and everybody else waited.
    const { provisioning, catalogue } = useParts();
    const [greedy, other] = [await newAccount('enterprise'), await newAccount('enterprise')];
    const order: string[] = [];
    let most = 0;
    const watch = async () => {
      const { rows } = await sql<{ count: number }>`select count(*) from operations
        where account_id = ${greedy.accountId} and status = 'running'`.execute(catalogue.db);
      most = Math.max(most, rows[0]?.count ?? 0);
    };
    const many = Array.from({ length: 12 }, () =>
      provisioning
        .createHostedProject(SYSTEM_CONTEXT, { accountId: greedy.accountId, name: 'many', onStep: () => void watch() })
        .then(() => order.push('greedy')),
    );
    await provisioning.createHostedProject(SYSTEM_CONTEXT, { accountId: other.accountId, name: 'one' });
    order.push('other');
    await Promise.all(many);
    expect(order.indexOf('other')).toBeLessThan(9);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
    const { count } = await catalogue.db
      .selectFrom('projects')
      .select((expression) => expression.fn.countAll<number>().as('count'))
      .where('account_id', '=', greedy.accountId)
      .executeTakeFirstOrThrow();
    expect(count).toBe(12);
  });

  it('is told so when too many of its changes wait', async () => {
    const { provisioning } = useParts();
    const { accountId } = await newAccount('enterprise');
    const ends = await Promise.allSettled(
      Array.from({ length: 60 }, () =>
        provisioning.createHostedProject(SYSTEM_CONTEXT, { accountId, name: 'many', databaseName: 'postgres' }),
      ),
    );
    const busy = ends.filter((end) => end.status === 'rejected' && end.reason.code === 'account_busy');
    expect(busy.length).toBeGreaterThanOrEqual(6);
  });
});
