import { describe, expect, it } from 'vitest';
import { listBrowserSessions } from '../../../src/catalogue/accounts/browser-sessions.ts';
import { findVerifiedPerson } from '../../../src/catalogue/accounts/find-person.ts';
import { createUser, renameUser, setPassword, verifyPassword } from '../../../src/catalogue/accounts/users.ts';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import { DECOY_HASH } from '../../../src/catalogue/store/password-hash.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { isPosternError } from '../../../src/errors.ts';
import { newUserId, personalAccountId } from '../../../src/ids.ts';
import { Secret } from '../../../src/secret.ts';
import { beginSession } from '../../support/browser/session-for-tests.ts';
import { actingAs, addPerson, useTestCatalogue } from '../../support/databases/catalogue-for-tests.ts';

const PASSWORD = new Secret('correct horse battery staple');
const catalogueOf = useTestCatalogue();

function addPersonWithPassword(catalogue: Catalogue, email: string) {
  return createUser(catalogue, SYSTEM_CONTEXT, { email, name: 'Ada', password: PASSWORD });
}

describe('a new person', () => {
  it('has a personal account with the person’s id, on the default plan', async () => {
    const catalogue = catalogueOf();
    const user = await addPersonWithPassword(catalogue, 'first@example.com');
    const account = await catalogue.db
      .selectFrom('accounts')
      .selectAll()
      .where('user_id', '=', user.id)
      .executeTakeFirst();
    expect(account).toMatchObject({ id: user.id, kind: 'personal', plan: 'business' });
    const periods = catalogue.db.selectFrom('plan_periods').where('account_id', '=', personalAccountId(user.id));
    expect(await periods.select(['plan', 'ended_at']).execute()).toEqual([{ plan: 'business', ended_at: null }]);
  });

  it('is not found by text that Postgres cannot store', async () => {
    await addPersonWithPassword(catalogueOf(), 'nul@example.com');
    expect(await findVerifiedPerson(catalogueOf().db, 'nul@example.com\u0000')).toBeNull();
  });

  it('is found by e-mail in any case, and can be created only once', async () => {
    const catalogue = catalogueOf();
    const user = await addPersonWithPassword(catalogue, 'Grace.Hopper@Example.com');
    expect(await findVerifiedPerson(catalogue.db, ' grace.hopper@example.COM ')).toMatchObject({ id: user.id });
    const again = addPersonWithPassword(catalogue, 'GRACE.hopper@example.com');
    await expect(again).rejects.toMatchObject({ code: 'conflict' });
  });

  it.each([
    { email: 'not an address', name: 'Ada' },
    { email: 'ada@@example.com', name: 'Ada' },
    { email: 'ada@example.com\u0000', name: 'Ada' },
    { email: `${'a'.repeat(256)}@example.com`, name: 'Ada' },
    { email: 'ok@example.com', name: '' },
    { email: 'ok@example.com', name: 'two\nlines' },
    { email: 'ok@example.com', name: 'shop\u202epohs' },
    { email: 'ok@example.com', name: 'zero\u200bwidth' },
    { email: 'ok@example.com', name: 'C1 \u009b31m' },
    { email: 'ok@example.com', name: 'x'.repeat(257) },
  ])('needs a valid e-mail and name: %j', async (input) => {
    const created = createUser(catalogueOf(), SYSTEM_CONTEXT, { ...input, password: null });
    await expect(created).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it.each(['seven77', 'x'.repeat(257)])('needs a password of a valid length', async (password) => {
    const input = { email: 'ok@example.com', name: 'Ada', password: new Secret(password) };
    await expect(createUser(catalogueOf(), SYSTEM_CONTEXT, input)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('can be created by operators only', async () => {
    const catalogue = catalogueOf();
    const context = await actingAs(catalogue, await addPerson(catalogue, 'ada'));
    const created = createUser(catalogue, context, { email: 'x@example.com', name: 'X', password: null });
    await expect(created).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('a password', () => {
  it('is stored as an argon2id hash', async () => {
    const catalogue = catalogueOf();
    const user = await addPersonWithPassword(catalogue, 'argon@example.com');
    const { password_hash: hash } = await catalogue.db
      .selectFrom('users')
      .select('password_hash')
      .where('id', '=', user.id)
      .executeTakeFirstOrThrow();
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify(user)).not.toContain('argon2');
  });

  it('signs in its own person only', async () => {
    const catalogue = catalogueOf();
    const user = await addPersonWithPassword(catalogue, 'door@example.com');
    const check = (email: string, password: string) =>
      verifyPassword(catalogue, { email, password: new Secret(password) });
    expect(await check('DOOR@example.com', PASSWORD.reveal())).toMatchObject({ id: user.id });
    expect(await check('door@example.com', 'wrong horse')).toBeNull();
    expect(await check('nobody@example.com', PASSWORD.reveal())).toBeNull();
    expect(await check('door@example.com', '')).toBeNull();
    const { email } = await addPerson(catalogue, 'without-password');
    expect(await check(email, '')).toBeNull();
  });

  it('is checked by the same steps when the e-mail is unknown', async () => {
    const catalogue = catalogueOf();
    const user = await addPersonWithPassword(catalogue, 'steps@example.com');
    const { password_hash: hash } = await catalogue.db
      .selectFrom('users')
      .select('password_hash')
      .where('id', '=', user.id)
      .executeTakeFirstOrThrow();
    // The work of argon2 depends on the parameters in the hash alone.
    const work = (phc: string) => phc.split('$').slice(0, 4).join('$');
    expect(work(DECOY_HASH)).toBe(work(hash ?? ''));
    expect(DECOY_HASH.length).toBe(hash?.length);
    const queries = async (email: string) => {
      const seen: string[] = [];
      const listened = { ...catalogue, db: catalogue.db.withPlugin(listenTo(seen)) };
      await verifyPassword(listened, { email, password: new Secret('wrong horse') });
      return seen;
    };
    expect(await queries('nobody@example.com')).toEqual(await queries('steps@example.com'));
  });

  // A flood of sign-ins took every thread, and with them the look-ups of host names.
  it('is hashed with few others at a time; a flood is refused and the rest served', async () => {
    const catalogue = catalogueOf();
    const user = await addPersonWithPassword(catalogue, 'flood@example.com');
    const attempts = Array.from({ length: 80 }, () =>
      verifyPassword(catalogue, { email: user.email, password: PASSWORD }),
    );
    const outcomes = await Promise.allSettled(attempts);
    const served = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every(({ reason }) => isPosternError(reason, 'rate_limited'))).toBe(true);
    expect(served.length).toBeGreaterThanOrEqual(52);
    expect(served.every(({ value }) => value?.id === user.id)).toBe(true);
    expect(await verifyPassword(catalogue, { email: user.email, password: PASSWORD })).not.toBeNull();
  });

  // Only comparing was limited once.
  it('is set with few others at a time; a flood is refused', async () => {
    const catalogue = catalogueOf();
    const user = await addPersonWithPassword(catalogue, 'set-flood@example.com');
    const context = await actingAs(catalogue, { userId: user.id });
    const attempts = Array.from({ length: 80 }, () =>
      setPassword(catalogue, context, { person: user, password: new Secret('a new and longer one') }),
    );
    const outcomes = await Promise.allSettled(attempts);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    // The first that is set voids the proof of the others.
    const busy = refused.filter(({ reason }) => isPosternError(reason, 'rate_limited'));
    expect(busy.length).toBeGreaterThan(0);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  });

  it('ends the other browser sessions when it is changed', async () => {
    const catalogue = catalogueOf();
    const user = await addPersonWithPassword(catalogue, 'change@example.com');
    const signIn = () => beginSession(catalogue, { userId: user.id, ip: '192.0.2.1', userAgent: 'test' });
    const [kept] = [await signIn(), await signIn(), await signIn()];
    const context = await actingAs(catalogue, { userId: user.id });
    const password = new Secret('a new and longer one');
    await setPassword(catalogue, context, { person: user, password, keepSessionId: kept.sessionId });
    const sessions = await listBrowserSessions(catalogue, user.id);
    expect(sessions.map((session) => session.sessionId)).toEqual([kept.sessionId]);
    expect(await verifyPassword(catalogue, { email: user.email, password })).not.toBeNull();
    expect(await verifyPassword(catalogue, { email: user.email, password: PASSWORD })).toBeNull();
  });

  it('cannot be changed by another person', async () => {
    const catalogue = catalogueOf();
    const [ada, eve] = [await addPerson(catalogue, 'ada'), await addPerson(catalogue, 'eve')];
    const context = await actingAs(catalogue, eve);
    for (const userId of [ada.userId, newUserId()]) {
      await expect(
        setPassword(catalogue, context, { person: { id: userId, credentialsVersion: 0 }, password: PASSWORD }),
      ).rejects.toMatchObject({
        code: 'not_found',
      });
      await expect(renameUser(catalogue, context, { userId, name: 'Eve' })).rejects.toMatchObject({
        code: 'not_found',
      });
    }
  });
});

function listenTo(seen: string[]) {
  return {
    transformQuery: ({ node }: { node: import('kysely').RootOperationNode }) => {
      seen.push(node.kind);
      return node;
    },
    transformResult: async ({ result }: { result: import('kysely').QueryResult<import('kysely').UnknownRow> }) =>
      result,
  };
}
