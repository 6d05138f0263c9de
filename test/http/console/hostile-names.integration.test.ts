import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONSOLE_PLACES } from '../../e2e/browser/console-scenes.ts';
import { buildTown, type Town } from '../../e2e/browser/console-town.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { connectionRecord, recordingHandle } from '../../support/nodes/fleet-for-tests.ts';

const HOSTILE = '<img src=x onerror=alert(1)>"\u202egnp.exe\u2066\u200b';

let web: WebForTests;
let town: Town;

beforeAll(async () => {
  web = await startWeb();
  town = await buildTown(web);
  const { catalogue } = web;
  // New names hold nothing invisible; those given before do.
  await catalogue.db.updateTable('accounts').set({ name: HOSTILE }).where('id', '=', town.organization.id).execute();
  await catalogue.db.updateTable('projects').set({ name: HOSTILE }).where('id', '=', town.shop.project.id).execute();
  const people = [town.admin, town.member, town.guest].map(({ userId }) => userId);
  await catalogue.db.updateTable('users').set({ name: HOSTILE }).where('id', 'in', people).execute();
  const claims = { application: HOSTILE, requestedUser: HOSTILE, projectName: HOSTILE, database: HOSTILE };
  const target = { accountId: town.organization.id, projectId: town.shop.project.id, userId: town.admin.userId };
  web.liveConnections.register(connectionRecord(catalogue.nodeId, { ...target, ...claims }), recordingHandle());
});

afterAll(() => web.close());

describe('names and claims full of markup and direction marks reach no page as such', () => {
  it.each(CONSOLE_PLACES.map((place) => [place.name, place] as const))('%s', async (_name, place) => {
    const jar = new BrowserJar(web.url);
    jar.setSession(town.cookies[place.as]);
    const { status, text } = await jar.get(place.path(town));
    expect(status).toBe(200);
    expect(text).not.toContain('<img');
    // What is typed into a field comes back as it is kept.
    expect(text.replaceAll(/ value="[^"]*"/g, '')).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/);
  });
});
