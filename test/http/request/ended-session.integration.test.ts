import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endAllBrowserSessions } from '../../../src/catalogue/accounts/browser-sessions.ts';
import {
  newDeveloper,
  openLoginLink,
  startWeb,
  type VisitorForTests,
  type WebForTests,
} from '../../support/browser/web-for-tests.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { createCatalogueDatabase, type TestDatabase } from '../../support/databases/postgres-for-tests.ts';
import { closeTableGate } from '../../support/databases/table-gate.ts';
import { newOperator, openStream } from '../operations/operations-for-tests.ts';

let database: TestDatabase;
let web: WebForTests;

beforeAll(async () => {
  database = await createCatalogueDatabase();
  web = await startWeb({}, { database });
});

afterAll(() => web.close());

/** The answer to a form as it arrives; the browser reads nothing by itself. */
async function begin(
  { browser }: VisitorForTests,
  path: string,
  { accept = 'text/html', ...fields }: Readonly<Record<string, string>> = {},
) {
  const csrf_token = await browser.csrfToken('/app/me/profile');
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { cookie, accept, 'sec-fetch-site': 'same-origin' };
  const body = new URLSearchParams({ csrf_token, ...fields });
  const response = await fetch(web.localUrl + path, { method: 'POST', headers, body });
  expect(response.status).toBe(200);
  return response;
}

async function signOutEverywhere({ person }: VisitorForTests): Promise<void> {
  await endAllBrowserSessions(web.catalogue, await actingAs(web.catalogue, person), person.userId);
}

// The right to a page was asked again during a stream, or nothing at all, but never the session.
describe('signing out everywhere ends', () => {
  it('the stream of a login request', async () => {
    const visitor = await newDeveloper(web);
    const { path, request } = await openLoginLink(web, { address: visitor.address });
    await visitor.browser.open(path);
    await using stream = await openStream(web, visitor, `/psql_session/${request.id}/events`);
    await stream.next('waiting');
    await signOutEverywhere(visitor);
    await stream.ended;
  });

  it('the stream of live connections', async () => {
    const operator = await newOperator(web);
    await using stream = await openStream(web, operator, '/ops/events');
    await stream.next('whole');
    await signOutEverywhere(operator);
    await stream.ended;
  });

  it('an export of the audit trail that is being read', async () => {
    const operator = await newOperator(web);
    await manyAuditEvents();
    const answer = await begin(operator, '/ops/audit/export');
    await signOutEverywhere(operator);
    await using watched = await openLeaver();
    await watched.ended;
    const { length } = await answer.text().catch(() => '');
    expect(length).toBe(0);
  });

  it('the report on a project that is being made, but not its making', async () => {
    const visitor = await newDeveloper(web);
    const gate = await closeTableGate(database.url, 'operation_steps');
    const fields = { accept: 'application/x-ndjson', name: 'bakery', server: '18@local' };
    const { accountId } = visitor.person;
    const answer = await begin(visitor, `/app/${accountId}/projects/new`, fields);
    try {
      await signOutEverywhere(visitor);
      await expect(answer.text()).rejects.toThrow();
    } finally {
      await gate.open();
    }
  });
});

describe('a session that goes on', () => {
  it('keeps its stream when another person signs out everywhere', async () => {
    const visitor = await newDeveloper(web);
    const { path, request } = await openLoginLink(web, { address: visitor.address });
    await visitor.browser.open(path);
    await using stream = await openStream(web, visitor, `/psql_session/${request.id}/events`);
    await using watched = await openLeaver();
    await watched.ended;
    await web.loginRequests.deny(request.id, visitor.person);
    await stream.next('decided');
  });
});

/** The stream of somebody who signs out while it is open: when it has ended, all were looked at. */
async function openLeaver() {
  const operator = await newOperator(web);
  const stream = await openStream(web, operator, '/ops/events');
  await stream.next('whole');
  await signOutEverywhere(operator);
  return stream;
}

/** More than the sockets between server and browser take. */
async function manyAuditEvents(): Promise<void> {
  await sql`INSERT INTO audit_events (id, body)
    SELECT 'padding-' || n, (body::jsonb || jsonb_build_object('id', 'padding-' || n, 'padding', repeat('x', 60000)))::json
    FROM (SELECT body FROM audit_events LIMIT 1) e, generate_series(1, 500) n`.execute(web.catalogue.db);
}
