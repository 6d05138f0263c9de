import { afterAll, beforeAll, expect, it } from 'vitest';
import { rememberTarget } from '../../../src/catalogue/access/last-used-targets.ts';
import { changeProject } from '../../../src/catalogue/projects/projects.ts';
import type { ProjectLabel } from '../../../src/catalogue/tables/project-labels.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { csrfTokenIn } from '../../support/browser/browser-jar.ts';
import { newDeveloper, openLoginLink, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

it('a production project is labelled, and starts with read-only after writing too', async () => {
  const { page } = await openLabelled('production', { remembersWriting: true });
  expect(page.text).toMatch(/data-label="production"/);
  expect(page.text).toMatch(/label-tag production">production</);
  expect(page.text).toMatch(/<option value="read_only" selected/);
});

it('a staging project is labelled and keeps the access that was used last', async () => {
  const { page } = await openLabelled('staging', { remembersWriting: true });
  expect(page.text).toMatch(/label-tag staging">staging</);
  expect(page.text).toMatch(/<option value="read_write" selected/);
});

it.each([
  ['nothing', {}, 400, 'claimed'],
  ['another word', { confirm_write: 'yes' }, 400, 'claimed'],
  ['prod', { confirm_write: ' Prod ' }, 303, 'approved'],
  ['production', { confirm_write: 'production' }, 303, 'approved'],
])('writing to production is answered by %s typed as it says', async (_typed, fields, status, after) => {
  const { browser, page, request, computeId } = await openLabelled('production');
  const form = { decision: 'approve', compute_id: computeId, access: 'read_write', ...fields };
  const answer = await browser.post(page.path, { ...form, csrf_token: csrfTokenIn(page.text) });
  expect(answer.status).toBe(status);
  expect((await web.loginRequests.find(request.id))?.status).toBe(after);
  if (status !== 400) return;
  expect(answer.text).toContain('Type prod to write to production, or choose read-only access.');
  expect(answer.text).toMatch(/<option value="read_write" selected/);
});

it('reading production, or writing elsewhere, takes no more than a click', async () => {
  for (const [label, access] of [
    ['production', 'read_only'],
    ['staging', 'read_write'],
  ] as const) {
    const { browser, page, request, computeId } = await openLabelled(label);
    const form = { decision: 'approve', compute_id: computeId, access, csrf_token: csrfTokenIn(page.text) };
    expect((await browser.post(page.path, form)).status).toBe(303);
    expect((await web.loginRequests.find(request.id))?.status).toBe('approved');
  }
});

async function openLabelled(label: ProjectLabel, { remembersWriting = false } = {}) {
  const { browser, address, project, person } = await newDeveloper(web);
  const { compute } = project;
  await changeProject(web.catalogue, SYSTEM_CONTEXT, { projectId: project.project.id, changes: { label } });
  if (remembersWriting) {
    const use = { computeId: compute.id, database: null, databaseRole: null, access: 'read_write' } as const;
    await rememberTarget(web.catalogue, { userId: person.userId, ...use });
  }
  const { path, request } = await openLoginLink(web, { address });
  return { browser, request, computeId: compute.id, page: await browser.open(path) };
}
