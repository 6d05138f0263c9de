// The usual scene of end-to-end tests: a person with one project, a signed-in browser, and psql.

import type { User } from '../../../src/catalogue/accounts/users.ts';
import type { Clock } from '../../../src/clock.ts';
import { personalAccountId } from '../../../src/ids.ts';
import type { Log } from '../../../src/log.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import { type FormFields, WebClient } from '../browser/web-client.ts';
import {
  addPerson,
  addProject,
  createInstallation,
  PASSWORD,
  type TestInstallation,
  type TestNode,
} from './postern-for-tests.ts';
import { type PsqlOptions, type PsqlRun, startPsql } from './psql.ts';

/** The link of the first NOTICE. */
export const LINK = /https?:\/\/\S+\/psql_session\/[A-Za-z0-9_-]{22}/;
export const EMAIL = 'alex@example.com';
export const REQUESTED_USER = 'alexlopez';

// Tests log in often from one address; the abuse limits have tests of their own.
const ROOMY = { POSTERN_SHARED_NETWORKS: '127.0.0.0/8' };

export interface DeskOptions {
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** Log of all nodes; without it they are silent. */
  readonly log?: Log;
  /** Of all nodes; Redis and Postgres keep their own. */
  readonly clock?: Clock;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Where psql connects: a node, or a balancer in front of it. */
export interface Reached {
  readonly pgPort: number;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type PsqlChanges = Partial<Omit<PsqlOptions, 'args'>> & { readonly at?: Reached };

export interface Desk extends AsyncDisposable {
  readonly installation: TestInstallation;
  readonly node: TestNode;
  readonly person: User;
  readonly project: HostedProject;
  readonly browser: WebClient;
  /** One more node of the installation. */
  startNode(environment?: Readonly<Record<string, string>>): Promise<TestNode>;
  /** Starts psql or another program at the node; it waits for the person. */
  psql(args?: readonly string[], changes?: PsqlChanges): PsqlRun;
  /** Starts psql, approves it, and waits until it ends. */
  login(args: readonly string[], changes?: PsqlChanges & { readonly choice?: FormFields }): Promise<Finished>;
  /** A browser signed in as the person, at this node or another one. */
  openBrowser(node?: Pick<TestNode, 'baseUrl'>): Promise<WebClient>;
  close(): Promise<void>;
}

export async function openDesk({ environment = {}, ...options }: DeskOptions = {}): Promise<Desk> {
  const installation = await createInstallation(options);
  const startNode = (changes: Readonly<Record<string, string>> = {}) =>
    installation.startNode({ ...ROOMY, ...environment, ...changes });
  const node = await startNode();
  const person = await addPerson(node, { email: EMAIL, name: 'Alex Lopez' });
  const project = await addProject(node, { accountId: personalAccountId(person.id), name: 'shop' });
  const openBrowser = (at: Pick<TestNode, 'baseUrl'> = node) => signedInBrowser(at.baseUrl);
  const browser = await openBrowser();
  const runs: PsqlRun[] = [];
  const psql = (args: readonly string[] = [], { at = node, ...changes }: PsqlChanges = {}) => {
    const run = startPsql({ args: [...connectionArguments(at), ...args], ...changes });
    runs.push(run);
    return run;
  };
  const login: Desk['login'] = async (args, { choice = {}, ...changes } = {}) => {
    const run = psql(args, { input: '', ...changes });
    await browser.approve(await linkOf(run), choice);
    return await finish(run);
  };
  const close = async () => {
    for (const run of runs) run.kill('SIGKILL');
    await installation.close();
  };
  return {
    installation,
    node,
    person,
    project,
    browser,
    startNode,
    psql,
    login,
    openBrowser,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A browser signed in as the person of the desk. */
export async function signedInBrowser(baseUrl: string, email = EMAIL, password = PASSWORD): Promise<WebClient> {
  const browser = new WebClient(baseUrl);
  const page = await browser.signIn(email, password);
  if (page.status !== 200) throw new Error(`signing in was answered with ${page.status}: ${page.html}`);
  return browser;
}

export function connectionArguments({ pgPort }: Reached): string[] {
  return ['-h', '127.0.0.1', '-p', String(pgPort), '-U', REQUESTED_USER];
}

/** The link that psql shows; waits for it. */
export async function linkOf(run: PsqlRun): Promise<string> {
  return (await run.waitForStderr(LINK))[0];
}

export async function finish(run: PsqlRun): Promise<Finished> {
  const { code } = await run.exit;
  return { code, stdout: run.stdout(), stderr: run.stderr() };
}
