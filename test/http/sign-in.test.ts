import { describe, expect, it } from 'vitest';
import { BrowserJar } from '../support/browser-jar.ts';
import { addPersonWithPassword, PASSWORD, startWeb } from '../support/web-for-tests.ts';

describe('signing in by email and password', () => {
  it('leads to the local path that was asked for', async () => {
    const web = await startWeb();
    await addPersonWithPassword(web, 'alex');
    const browser = new BrowserJar(web.url);
    const answer = await browser.signIn('alex@example.com', PASSWORD, '/psql_session/abc');
    expect([answer.status, answer.location]).toEqual([303, '/psql_session/abc']);
    expect((await browser.get('/')).text).toContain('You are signed in');
  });

  it('answers a wrong password and an unknown email alike', async () => {
    const web = await startWeb();
    await addPersonWithPassword(web, 'alex');
    const wrong = await new BrowserJar(web.url).signIn('alex@example.com', 'not it');
    const unknown = await new BrowserJar(web.url).signIn('nobody@example.com', PASSWORD);
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.text).toContain('Email or password is wrong.');
    expect(unknown.text).toContain('Email or password is wrong.');
  });
});
