import { describe, expect, it, onTestFinished } from 'vitest';
import { findVerifiedPerson } from '../../../src/catalogue/accounts/find-person.ts';
import { createSetupCodeIfEmpty } from '../../../src/catalogue/accounts/setup-codes.ts';
import { BrowserJar, csrfTokenIn } from '../../support/browser/browser-jar.ts';
import { newIdentity, PASSWORD, startWeb } from '../../support/browser/web-for-tests.ts';

const OWNER = { email: 'owner@example.com', name: 'Olga Owner', password: PASSWORD };

describe('the set-up link', () => {
  it('creates the first operator and project, signs in, and works once', async () => {
    const { web, browser, path } = await emptyInstallation();
    const page = await browser.get(path);
    const answer = await browser.post(path, { csrf_token: csrfTokenIn(page.text), ...OWNER });
    expect([answer.status, answer.location]).toEqual([303, '/']);
    const owner = await findVerifiedPerson(web.catalogue.db, OWNER.email);
    expect(owner).toMatchObject({ name: OWNER.name, isOperator: true });
    expect(web.firstProjects).toEqual([owner?.id]);
    expect((await browser.get('/')).text).toContain('Open the console');
    expect((await browser.get(path)).status).toBe(404);
  });

  it('shows what to correct and keeps the input, but not the password', async () => {
    const { browser, path } = await emptyInstallation();
    const csrf_token = csrfTokenIn((await browser.get(path)).text);
    const answer = await browser.post(path, { csrf_token, email: 'not an email', name: 'Olga', password: 'short' });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('Enter an email address.');
    expect(answer.text).toContain('At least 10 characters.');
    expect(answer.text).toContain('value="Olga"');
    expect(answer.text).not.toContain('value="short"');
  });

  it('that is unknown is not found, and guessing is rate limited', async () => {
    const { browser } = await emptyInstallation();
    const statuses: number[] = [];
    for (let guesses = 0; guesses < 12; guesses += 1)
      statuses.push((await browser.get(`/setup/guess-${guesses}`)).status);
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 404));
    expect(statuses.at(-1)).toBe(429);
  });
});

async function emptyInstallation() {
  const web = await startWeb();
  onTestFinished(() => web.close());
  const code = (await createSetupCodeIfEmpty(web.catalogue))?.reveal() ?? 'none';
  const browser = new BrowserJar(web.url, { address: newIdentity().address });
  return { web, browser, path: `/setup/${code}` };
}
