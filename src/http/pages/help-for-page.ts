// The chapter that explains a page, where its "?" leads.

const HELP: ReadonlyArray<readonly [page: RegExp, chapter: string]> = [
  [/^\/docs(\/|$)/, '/docs'],
  [/^\/(psql_session|link)(\/|$)/, '/docs/connect#the-approval-page'],
  [/^\/(sign-in|invitations|setup|reset|confirm-email)(\/|$)/, '/docs/connect#sign-in-to-the-console'],
  [/^\/ops\/nodes/, '/docs/operate#fleet'],
  [/^\/ops\/people/, '/docs/operate#people'],
  [/^\/ops\/requests/, '/docs/api-guide#organizations'],
  [/^\/(ops|app\/[^/]+\/connections)(\/.*)?\/audit/, '/docs/operate#audit-trail'],
  [/^\/(ops|app\/[^/]+\/connections)(\/|$)/, '/docs/console#connections'],
  [/^\/app\/me\/invitations/, '/docs/console#people'],
  [/^\/app\/me(\/|$)/, '/docs/console#your-sessions'],
  [/^\/app\/organizations(\/|$)/, '/docs/console#accounts'],
  [/^\/app\/[^/]+\/(people\/(guests|invite-guests)|shared)(\/|$)/, '/docs/console#guests'],
  [/^\/app\/([^/]+\/access|why)(\/|$)/, '/docs/console#access'],
  [/^\/app\/[^/]+\/settings\/sign-in/, '/docs/operate#identity-providers'],
  [/^\/app\/[^/]+\/people(\/|$)/, '/docs/console#people'],
  [/^\/app\/[^/]+\/access-tokens(\/|$)/, '/docs/console#access-tokens'],
  [/^\/app\/[^/]+\/api-keys(\/|$)/, '/docs/console#api-keys'],
  [/^\/app\/[^/]+\/billing(\/|$)/, '/docs/console#billing'],
  [/^\/app\/[^/]+\/(settings|.*\/policy)(\/|$)/, '/docs/console#policies'],
  [/^\/app\/[^/]+\/projects\/[^/]+\/connect(\/|$)/, '/docs/connect#programs-that-cant-show-a-link'],
  [/^\/app\/[^/]+\/projects\/[^/]+\/databases(\/|$)/, '/docs/console#databases-and-roles'],
  [/^\/app\/[^/]+\/projects\/[^/]+\/sharing(\/|$)/, '/docs/console#guests'],
  [/^\/app\/[^/]+\/projects\/[^/]+\/consumption(\/|$)/, '/docs/console#billing'],
  [/^\/(app|search)(\/|$)/, '/docs/console#projects'],
];

const OTHERWISE = '/docs/connect';

export function helpForPage(path: string): string {
  return HELP.find(([page]) => page.test(path))?.[1] ?? OTHERWISE;
}
