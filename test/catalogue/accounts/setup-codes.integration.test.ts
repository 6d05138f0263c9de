import { describe, expect, it } from 'vitest';
import { createSetupCodeIfEmpty, isSetupCodeValid, useSetupCode } from '../../../src/catalogue/accounts/setup-codes.ts';
import { getUser } from '../../../src/catalogue/accounts/users.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { Secret } from '../../../src/secret.ts';
import { addPerson, openTestCatalogue, pushedClock } from '../../support/databases/catalogue-for-tests.ts';

const ADA = { email: 'ada@example.com', name: 'Ada', password: new Secret('correct horse') };

async function codeOn(catalogue: Awaited<ReturnType<typeof openTestCatalogue>>): Promise<string> {
  return (await createSetupCodeIfEmpty(catalogue))?.reveal() ?? '';
}

describe('the set-up link', () => {
  it('creates the first operator, once', async () => {
    const catalogue = await openTestCatalogue();
    const code = await codeOn(catalogue);
    expect(await isSetupCodeValid(catalogue, code)).toBe(true);
    const { id: userId } = await useSetupCode(catalogue, SYSTEM_CONTEXT, { code, ...ADA });
    expect(await getUser(catalogue, userId)).toMatchObject({ email: ADA.email, isOperator: true, emailVerified: true });
    expect(await isSetupCodeValid(catalogue, code)).toBe(false);
    const again = useSetupCode(catalogue, SYSTEM_CONTEXT, { code, ...ADA, email: 'eve@example.com' });
    await expect(again).rejects.toMatchObject({ code: 'not_found' });
  });

  it('creates one operator when two links are used at the same time', async () => {
    const catalogue = await openTestCatalogue();
    const codes = await Promise.all([codeOn(catalogue), codeOn(catalogue), codeOn(catalogue)]);
    const uses = codes.map((code, index) =>
      useSetupCode(catalogue, SYSTEM_CONTEXT, { code, ...ADA, email: `ada-${index}@example.com` }),
    );
    const outcomes = await Promise.allSettled(uses);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(await catalogue.db.selectFrom('users').select('id').execute()).toHaveLength(1);
  });

  it('is not created once there are people, and then no longer works', async () => {
    const catalogue = await openTestCatalogue();
    const code = await codeOn(catalogue);
    await addPerson(catalogue, 'somebody');
    expect(await createSetupCodeIfEmpty(catalogue)).toBeNull();
    expect(await isSetupCodeValid(catalogue, code)).toBe(false);
  });

  it('works for an hour', async () => {
    const clock = pushedClock();
    const catalogue = await openTestCatalogue({ clock });
    const code = await codeOn(catalogue);
    clock.push(3_599_000);
    expect(await isSetupCodeValid(catalogue, code)).toBe(true);
    clock.push(1_000);
    expect(await isSetupCodeValid(catalogue, code)).toBe(false);
    const late = useSetupCode(catalogue, SYSTEM_CONTEXT, { code, ...ADA });
    await expect(late).rejects.toMatchObject({ code: 'not_found' });
  });

  it('stays valid when the details of the person are invalid', async () => {
    const catalogue = await openTestCatalogue();
    const code = await codeOn(catalogue);
    const wrong = useSetupCode(catalogue, SYSTEM_CONTEXT, { code, ...ADA, email: 'nonsense' });
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await isSetupCodeValid(catalogue, code)).toBe(true);
  });
});
