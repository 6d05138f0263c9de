// The main job with real psql: a link, a decision, a connection.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { personalAccountId } from '../../src/ids.ts';
import {
  addPerson,
  addProject,
  createInstallation,
  type TestInstallation,
  type TestNode,
} from '../support/postern-for-tests.ts';
import { type PsqlRun, startPsql } from '../support/psql.ts';
import { WebClient } from '../support/web-client.ts';

const LINK = /https?:\/\/\S+\/psql_session\/[A-Za-z0-9_-]{22}/;

let installation: TestInstallation;
let node: TestNode;
let browser: WebClient;

beforeAll(async () => {
  installation = await createInstallation();
  node = await installation.startNode();
  const person = await addPerson(node, { email: 'alex@example.com', name: 'Alex Lopez' });
  await addProject(node, { accountId: personalAccountId(person.id), name: 'shop' });
  browser = new WebClient(node.baseUrl);
  await browser.signIn('alex@example.com');
});

afterAll(() => installation.close());

function connect(args: readonly string[] = [], environment: Record<string, string> = {}): PsqlRun {
  return startPsql({
    args: ['-h', '127.0.0.1', '-p', String(node.pgPort), '-U', 'alexlopez', ...args],
    env: environment,
  });
}

async function linkOf(psql: PsqlRun): Promise<string> {
  return (await psql.waitForStderr(LINK))[0];
}

describe('psql -h', () => {
  it('prints the link as the product page has it, and connects after the approval', async () => {
    const psql = connect(['-c', 'select 42 as answer']);
    const link = await linkOf(psql);
    await browser.approve(link);
    expect(await psql.exit).toEqual({ code: 0, signal: null });
    const lines = psql.stderr().split('\n');
    expect(lines.slice(0, 5)).toEqual([
      'NOTICE:  Welcome to Postern!',
      'Authenticate by visiting:',
      `    ${link}`,
      '',
      expect.stringMatching(/^NOTICE: {2}.*2 minutes.*[B-Z]{4}-[B-Z]{4}$/),
    ]);
    expect(lines).toContain('NOTICE:  Connecting to database.');
    expect(psql.stdout()).toContain('42');
  });

  it('ends at once with 28000 and a hint when the person denies', async () => {
    const psql = connect(['-c', 'select 1', '-v', 'VERBOSITY=verbose']);
    await browser.deny(await linkOf(psql));
    expect((await psql.exit).code).toBe(2);
    expect(psql.stderr()).toMatch(/FATAL: {2}login was denied/);
    expect(psql.stderr()).toMatch(/HINT: {2}Run the command again if this was a mistake\./);
  });

  it('tells the page when the terminal is closed while it waits, and connects nobody afterwards', async () => {
    const psql = connect(['-c', 'select 1']);
    const link = await linkOf(psql);
    const page = await browser.get(new URL(link).pathname);
    psql.kill('SIGKILL');
    await psql.exit;
    const late = await browser.submit(page, { decision: 'approve' }, new URL(page.url).pathname);
    expect(late.html).toMatch(/terminal/i);
    expect(node.postern.gateway.connectionCounts().relaying).toBe(0);
  });
});
