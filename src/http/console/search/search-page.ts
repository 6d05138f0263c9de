// Finds projects, people, pages and actions of all accounts of a person: as a page, and as JSON for
// the field that Ctrl-K opens.

import { type Hit, SearchPage } from '../../../../web/pages/console/search-page.tsx';
import { searchMembers } from '../../../catalogue/accounts/member-lists.ts';
import { searchProjects } from '../../../catalogue/projects/project-lists.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type ConsoleCall, queryText } from '../shell/console-call.ts';
import { personView } from '../shell/open-console-view.ts';
import { placesOf } from './places.ts';

const MOST_OF_A_KIND = 8;
const MOST_CHARACTERS = 100;

export async function showSearch(call: ConsoleCall): Promise<void> {
  const { parts, request, response } = call;
  const search = queryText(call, 'q').trim().slice(0, MOST_CHARACTERS);
  const hits = await findAll(call, search);
  if (request.get('accept') === 'application/json') return void response.json(hits);
  const view = personView(call, undefined, [{ label: 'Search', href: '/search' }]);
  parts.renderer.send(request, response, SearchPage, { view, search, hits });
}

/** Nothing typed: the newest projects, and where one can go. */
async function findAll(call: ConsoleCall, search: string): Promise<Hit[]> {
  const { parts, context, accounts } = call;
  const wanted = { accountIds: accounts.map(({ id }) => id), search, limit: MOST_OF_A_KIND };
  const [projects, people] = await Promise.all([
    searchProjects(parts.catalogue, context, wanted),
    search === '' ? [] : searchMembers(parts.catalogue, context, wanted),
  ]);
  const nameOf = (accountId: string) => cleanForPage(accounts.find(({ id }) => id === accountId)?.name ?? '');
  const personal = accounts[0]?.id ?? '';
  return [
    ...projects.map(({ id, name, accountId }): Hit => {
      const isOwn = accounts.some((account) => account.id === accountId);
      const href = `/app/${isOwn ? accountId : personal}/projects/${id}`;
      return { kind: 'project', label: cleanForPage(name), detail: isOwn ? nameOf(accountId) : 'Shared with me', href };
    }),
    ...people.map(({ name, email, accountId }): Hit => {
      const href = `/app/${accountId}/people?search=${encodeURIComponent(email)}`;
      const detail = `${cleanForPage(email)} · ${nameOf(accountId)}`;
      return { kind: 'person', label: cleanForPage(name), detail, href };
    }),
    ...placesOf(call, search).slice(0, 2 * MOST_OF_A_KIND),
  ];
}
