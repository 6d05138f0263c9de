// Every page is opened by the accessibility tests, the weighing and the screenshots: a new route
// that answers with a page needs a place in their lists.

import { describe, expect, it, onTestFinished } from 'vitest';
import { CONSOLE_PLACES } from '../../e2e/browser/console-scenes.ts';
import type { Town } from '../../e2e/browser/console-town.ts';
import { DOCS_SCENES, FIRST_START_SCENES } from '../../e2e/browser/first-start/start-scenes.ts';
import { SCENES } from '../../e2e/browser/scenes.ts';
import { startWeb } from '../../support/browser/web-for-tests.ts';
import { behindBodies, routesNotBehind, routesOf } from './routes-of.ts';

/** By which scene the pages outside the console are seen. */
const SCENE_OF: Readonly<Record<string, string>> = {
  '/': 'home',
  '/docs': 'docs',
  '/docs/search': 'docs-search',
  '/docs/api': 'docs-api',
  '/docs/api/objects': 'docs-api-group',
  '/docs/api/:group': 'docs-api-group',
  '/docs/:chapter': 'docs-chapter',
  '/docs/decisions/:decision': 'docs-chapter',
  '/sign-in': 'sign-in',
  '/sign-in/again': 'sign-in-again',
  '/sign-out': 'sign-out',
  '/sign-in/join': 'join',
  '/sign-in/second-step': 'second-step',
  '/sign-in/forgot': 'forgot-password',
  '/reset/:token': 'reset-password',
  '/confirm-email/:token': 'confirm-email',
  '/setup/:code': 'set-up',
  '/invitations/:token': 'invitation',
  '/link': 'link-code',
  '/psql_session/:key': 'approve-one-project',
  '/psql_session/:key/report': 'report-question',
  '/psql_session/:key/ask': 'ask-others',
  '/app/me/requests/new': 'ask-for-access',
  '/app/me/requests/:requestId': 'access-request',
  '/ops': 'ops-connections',
  '/ops/history': 'ops-history',
  '/ops/audit': 'ops-audit',
  '/ops/nodes': 'ops-nodes',
  '/ops/nodes/:nodeId/drain': 'ops-drain',
  '/ops/people': 'ops-people',
  '/ops/connections/end': 'ops-end-connections',
  '/ops/connections/:connectionId': 'ops-connection',
  '/app/:accountId/connections': 'account-connections',
  '/app/:accountId/connections/history': 'ops-history',
  '/app/:accountId/connections/audit': 'ops-audit',
  '/app/:accountId/connections/end': 'ops-end-connections',
  '/app/:accountId/connections/:connectionId': 'ops-connection',
};

/** Answers with something else than a page of its own. */
const NO_PAGES: readonly RegExp[] = [
  // Programs read these.
  /^\/(api|scim|oauth|consent|\.well-known|oauth2|device)\b/,
  /\/(events|ids|targets|options|first-terminal|new)$/,
  // Files, and addresses that lead on.
  /\.(svg|ico|png|json|webmanifest|txt|js|css)$/,
  /^\/(app|app\/:accountId|theme|healthz|readyz|sign-in\/passkey|sign-in\/oidc.*)$/,
  /\/audit\/export$/,
  // Where forms are sent; they answer GET with the page that has the form.
  /^\/app\/me\/(sessions\/(browsers|programs)|invitations\/:invitationId|requests\/:requestId|profile|security)\/.*(out|accept|decline|withdraw|review|forget|revoke|email|password|unlink|passkeys|begin|recovery-codes)$/,
  /^\/app\/me\/(profile|security)\/(email|password|passkeys|recovery-codes)$/,
  /^\/app\/organizations\/request$/,
  /^\/app\/:accountId\/settings\/(name|policy|notifications\/:targetId\/\w+|break-glass\/:userId\/remove|sign-in\/.+)$/,
  /^\/app\/:accountId\/people\/.*(role|name|remove|resend|cancel|convert)$/,
  /^\/app\/:accountId\/projects\/:projectId\/.*(label|reveal|start|databases\/roles)$/,
  /^\/(ops|app\/:accountId)\/connections\/(notice|:connectionId\/(end|cancel|statement))$/,
  /^\/ops\/(people\/:userId\/enable|requests\/:requestId\/(approve|decline))$/,
];

/** Small, and the same for everybody; a provider that signs somebody out. */
const WITHOUT_TURN = /^\/(healthz|readyz|assets\/.*|[\w-]+\.(svg|ico|png|webmanifest|txt)|sign-out\/oidc.*)$/;

describe('the lists of scenes', () => {
  it('hold every page that has a route', async () => {
    const web = await startWeb();
    onTestFinished(() => web.close());
    const pages = new Set(
      routesOf(web.app)
        .filter(({ method }) => method === 'GET')
        .map(({ path }) => path),
    );
    const names = new Set([...SCENES, ...DOCS_SCENES, ...FIRST_START_SCENES].map(({ name }) => name));
    const seen = new Set(CONSOLE_PLACES.map(({ path }) => routeOf(path(ANYWHERE).replace(/\?.*/, ''), [...pages])));
    const isSeen = (route: string) => seen.has(route) || names.has(SCENE_OF[route] ?? '');
    expect([...pages].filter((route) => !isSeen(route) && !NO_PAGES.some((no) => no.test(route)))).toEqual([]);
    expect(Object.keys(SCENE_OF).filter((route) => !pages.has(route))).toEqual([]);
    // A page or an answer that is made outside the turns keeps sessions of psql waiting.
    const outside = routesNotBehind(web.app, 'takeTurn').map(({ path }) => path);
    expect(outside.filter((path) => !WITHOUT_TURN.test(path))).toEqual([]);
    // So do the answers to a hundred bodies that end in one turn.
    const bodies = behindBodies(web.app);
    expect(bodies.map(({ path }) => path)).toEqual(expect.arrayContaining(['/oauth/token', '/api/v2/projects']));
    expect(bodies.filter(({ handler }) => handler !== 'takeTurn')).toEqual([]);
  });
});

/** The route that takes the path: words before parameters. */
function routeOf(path: string, routes: readonly string[]): string | undefined {
  const parameters = (route: string) => route.split(':').length;
  return routes.filter((route) => takes(route, path)).sort((a, b) => parameters(a) - parameters(b))[0];
}

function takes(route: string, path: string): boolean {
  const [declared = [], actual = []] = [route, path].map((each) => each.split('/'));
  if (declared.length !== actual.length) return false;
  return declared.every((part, index) => part.startsWith(':') || part === actual[index]);
}

/** Whatever is asked of it is an id. */
const ANYWHERE: Town = new Proxy(Object.create(null), {
  get: (_target, name): unknown => (name === Symbol.toPrimitive ? () => 'an-id' : ANYWHERE),
});
