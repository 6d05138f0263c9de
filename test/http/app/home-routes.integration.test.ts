import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rememberTerminal } from '../../../src/catalogue/access/last-used-targets.ts';
import { personalAccountId } from '../../../src/ids.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import { addPersonWithPassword, PASSWORD, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { addProject } from '../../support/databases/catalogue-for-tests.ts';

const WAITING = 'Waiting for your terminal…';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('the start page', () => {
  it('waits for the first terminal, and says by itself that it has come', async () => {
    const { person, browser } = await newPerson();
    await addProject(web.catalogue, personalAccountId(person.userId), 'shop');
    const before = await textAt(browser, '/');
    expect(before).toContain('Connect your first terminal');
    expect(before).toContain(WAITING);
    expect(before).toContain('http-equiv="refresh"');
    expect(JSON.parse(await textAt(browser, '/first-terminal'))).toEqual({ connected: false });
    await rememberTerminal(web.catalogue, person.userId, '127.0.0.1');
    expect(JSON.parse(await textAt(browser, '/first-terminal'))).toEqual({ connected: true });
    const after = await textAt(browser, '/');
    expect(after).not.toContain(WAITING);
    expect(after).not.toContain('http-equiv="refresh"');
  });

  it('names the one project that a person can connect to, and counts several', async () => {
    const { person, browser } = await newPerson();
    expect(await textAt(browser, '/')).toContain('You have no project yet.');
    await addProject(web.catalogue, personalAccountId(person.userId), 'shop');
    expect(await textAt(browser, '/')).toContain('You can connect to <strong><bdi>shop</bdi></strong>.');
    await addProject(web.catalogue, personalAccountId(person.userId), 'blog');
    expect(await textAt(browser, '/')).toContain('You have 2 projects.');
  });

  it('shows first steps to operators only, ticked by what is there', async () => {
    const { person, browser } = await newPerson();
    expect(await textAt(browser, '/')).not.toContain('First steps');
    await web.catalogue.db.updateTable('users').set({ is_operator: true }).where('id', '=', person.userId).execute();
    const steps = async () => {
      const items = (await textAt(browser, '/')).matchAll(/<a href="[^"]*">([^<]+)<\/a><span[^>]*> \((done|to do)\)/g);
      return Object.fromEntries([...items].map(([, label, state]) => [label, state]));
    };
    expect(await steps()).toMatchObject({ 'Connect a terminal': 'to do', 'Set up mail': 'to do' });
    await rememberTerminal(web.catalogue, person.userId, '127.0.0.1');
    expect(await steps()).toMatchObject({ 'Connect a terminal': 'done', 'Set up mail': 'to do' });
  });
});

async function newPerson() {
  const person = await addPersonWithPassword(web);
  const browser = new BrowserJar(web.localUrl);
  await browser.signIn(person.email, PASSWORD);
  return { person, browser };
}

async function textAt(browser: BrowserJar, path: string): Promise<string> {
  return (await browser.get(path)).text;
}
