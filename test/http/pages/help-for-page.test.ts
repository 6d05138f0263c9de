import { describe, expect, it } from 'vitest';
import { loadChapters } from '../../../src/http/docs/chapters.ts';
import { helpForPage } from '../../../src/http/pages/help-for-page.ts';

const chapters = new Map(
  loadChapters({ psqlCommand: 'psql', pgHost: 'host', url: 'https://web.test' }).map((chapter) => [
    chapter.href,
    chapter,
  ]),
);

const PAGES: ReadonlyArray<readonly [path: string, chapter: string]> = [
  ['/', '/docs/connect'],
  ['/sign-in', '/docs/connect#sign-in-to-the-console'],
  ['/psql_session/abc', '/docs/connect#the-approval-page'],
  ['/app/org-1/projects', '/docs/console#projects'],
  ['/app/org-1/projects/new', '/docs/console#projects'],
  ['/app/org-1/projects/shop-1/connect', '/docs/connect#programs-that-cant-show-a-link'],
  ['/app/org-1/projects/shop-1/databases', '/docs/console#databases-and-roles'],
  ['/app/org-1/projects/shop-1/sharing', '/docs/console#guests'],
  ['/app/org-1/projects/shop-1/computes/ep-1/policy', '/docs/console#policies'],
  ['/app/org-1/people', '/docs/console#people'],
  ['/app/org-1/people/guests', '/docs/console#guests'],
  ['/app/org-1/connections', '/docs/console#connections'],
  ['/app/org-1/connections/audit', '/docs/operate#audit-trail'],
  ['/app/org-1/access-tokens/new', '/docs/console#access-tokens'],
  ['/app/org-1/api-keys', '/docs/console#api-keys'],
  ['/app/org-1/billing', '/docs/console#billing'],
  ['/app/org-1/settings', '/docs/console#policies'],
  ['/app/me/sessions', '/docs/console#your-sessions'],
  ['/app/me/invitations', '/docs/console#people'],
  ['/app/me/security', '/docs/console#your-sessions'],
  ['/app/why/c1', '/docs/console#access'],
  ['/app/org-1/access/as', '/docs/console#access'],
  ['/app/org-1/people/teams', '/docs/console#people'],
  ['/app/org-1/settings/sign-in', '/docs/operate#identity-providers'],
  ['/search', '/docs/console#projects'],
  ['/ops', '/docs/console#connections'],
  ['/ops/people', '/docs/operate#people'],
  ['/ops/requests', '/docs/api-guide#organizations'],
  ['/ops/nodes', '/docs/operate#fleet'],
  ['/ops/audit', '/docs/operate#audit-trail'],
  ['/docs/operate', '/docs'],
];

describe('the help of a page', () => {
  it.each(PAGES)('%s is at %s', (path, help) => {
    expect(helpForPage(path)).toBe(help);
  });

  it.each([...new Set(PAGES.map(([, help]) => help))])('%s exists', (help) => {
    const [path = '', anchor] = help.split('#');
    if (path === '/docs') return;
    const sections = chapters.get(path)?.open().sections ?? [];
    expect(sections.length).toBeGreaterThan(0);
    if (anchor !== undefined) expect(sections.map((section) => section.anchor)).toContain(anchor);
  });
});
