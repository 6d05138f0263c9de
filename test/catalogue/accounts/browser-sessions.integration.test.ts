import { describe, expect, it } from 'vitest';
import {
  endAllBrowserSessions,
  endBrowserSession,
  findBrowserSession,
  listBrowserSessions,
} from '../../../src/catalogue/accounts/browser-sessions.ts';
import { sweepExpired } from '../../../src/catalogue/store/housekeeping.ts';
import { newUserId } from '../../../src/ids.ts';
import { beginSession } from '../../support/browser/session-for-tests.ts';
import { actingAs, addPerson, pushedClock, useTestCatalogue } from '../../support/databases/catalogue-for-tests.ts';

const HOUR_MS = 3_600_000;
const clock = pushedClock();
const catalogueOf = useTestCatalogue({ clock });

async function signIn(prefix: string) {
  const catalogue = catalogueOf();
  const person = await addPerson(catalogue, prefix);
  const session = await beginSession(catalogue, {
    userId: person.userId,
    ip: '192.0.2.7',
    userAgent: 'Firefox',
  });
  return { catalogue, person, ...session, cookieValue: session.cookie.reveal() };
}

describe('a browser session', () => {
  it('is found by its cookie, with its person', async () => {
    const { catalogue, cookieValue, person, sessionId } = await signIn('ada');
    const found = await findBrowserSession(catalogue, cookieValue);
    expect(found).toMatchObject({ sessionId, user: { id: person.userId, email: person.email } });
  });

  it('has 256 random bits and is stored as a hash only', async () => {
    const { catalogue, cookieValue, sessionId } = await signIn('hashed');
    expect(Buffer.from(cookieValue, 'base64url').length).toBe(32);
    const row = await catalogue.db.selectFrom('browser_sessions').selectAll().where('id', '=', sessionId).execute();
    const kept = JSON.stringify(row) + row.map((one) => one.cookie_hash.toString('base64url')).join();
    expect(kept).not.toContain(cookieValue);
  });

  it.each(['', 'short', 'x'.repeat(43), `${'x'.repeat(42)}=`, 'x'.repeat(5_000)])(
    'is not found by "%s"',
    async (value) => {
      expect(await findBrowserSession(catalogueOf(), value)).toBeNull();
    },
  );

  it('ends after 12 hours without use, and is extended by use', async () => {
    const { catalogue, cookieValue } = await signIn('idle');
    for (let use = 0; use < 3; use += 1) {
      clock.push(11 * HOUR_MS);
      expect(await findBrowserSession(catalogue, cookieValue)).not.toBeNull();
    }
    clock.push(12 * HOUR_MS);
    expect(await findBrowserSession(catalogue, cookieValue)).toBeNull();
  });

  it('ends after 7 days however much it is used', async () => {
    const { catalogue, cookieValue } = await signIn('old');
    for (let hours = 0; hours < 7 * 24 - 6; hours += 6) {
      clock.push(6 * HOUR_MS);
      expect(await findBrowserSession(catalogue, cookieValue)).not.toBeNull();
    }
    clock.push(6 * HOUR_MS);
    expect(await findBrowserSession(catalogue, cookieValue)).toBeNull();
  });

  it('can be ended by its own person only', async () => {
    const { catalogue, cookieValue, person, sessionId } = await signIn('ended');
    const eve = await addPerson(catalogue, 'eve');
    const asEve = await actingAs(catalogue, eve);
    expect(await endBrowserSession(catalogue, asEve, { userId: eve.userId, sessionId })).toBe(false);
    expect(await findBrowserSession(catalogue, cookieValue)).not.toBeNull();
    const context = await actingAs(catalogue, person);
    expect(await endBrowserSession(catalogue, context, { userId: person.userId, sessionId })).toBe(true);
    expect(await findBrowserSession(catalogue, cookieValue)).toBeNull();
  });

  it('ends with all others at "sign out everywhere"', async () => {
    const { catalogue, cookieValue, person } = await signIn('everywhere');
    await beginSession(catalogue, { userId: person.userId, ip: '192.0.2.8', userAgent: 'Safari' });
    expect(await listBrowserSessions(catalogue, person.userId)).toHaveLength(2);
    expect(await endAllBrowserSessions(catalogue, await actingAs(catalogue, person), person.userId)).toBe(2);
    expect(await findBrowserSession(catalogue, cookieValue)).toBeNull();
  });

  it('cannot be created for an unknown person', async () => {
    const session = beginSession(catalogueOf(), { userId: newUserId(), ip: '192.0.2.9', userAgent: '' });
    await expect(session).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is deleted by housekeeping after its end', async () => {
    const { catalogue, sessionId } = await signIn('swept');
    clock.push(8 * 24 * HOUR_MS);
    await sweepExpired(catalogue);
    const left = await catalogue.db.selectFrom('browser_sessions').select('id').where('id', '=', sessionId).execute();
    expect(left).toEqual([]);
  });
});
