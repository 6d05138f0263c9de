// Requests for access: those that wait for the person's decision, the person's own, and for admins
// those of their accounts.

import { RequestsPage } from '../../../../web/pages/console/requests/requests-page.tsx';
import { type AccessRequest, REQUEST_STATES, stateOfRequest } from '../../../catalogue/asking/access-request.ts';
import { mayBreakGlass } from '../../../catalogue/asking/glass-people.ts';
import {
  listOwnRequests,
  listRequestsOfAccount,
  listRequestsToDecide,
} from '../../../catalogue/asking/request-lists.ts';
import { accountResource, may } from '../../../catalogue/rights/permissions.ts';
import { isOrganizationId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type Again, type ConsoleCall, queryText } from '../shell/console-call.ts';
import { listingOf } from '../shell/listing.ts';
import { meView } from '../shell/open-console-view.ts';
import { BREAK_GLASS_PATH } from './break-glass-page.ts';
import { REQUESTS_PATH, requestView } from './request-view.ts';

export async function showRequests(call: ConsoleCall, again?: Again): Promise<void> {
  const { parts, request, response, person, now } = call;
  const toDecide = await listRequestsToDecide(parts.catalogue, person);
  const accounts = call.accounts.filter(
    ({ id }) => isOrganizationId(id) && may(person, 'access_rules.read', accountResource(id)),
  );
  const show = queryText(call, 'show');
  const state = REQUEST_STATES.find((each) => each === queryText(call, 'state')) ?? null;
  const account = accounts.find(({ id }) => id === show);
  const listed =
    account === undefined
      ? await listOwnRequests(parts.catalogue, person.userId)
      : await listRequestsOfAccount(parts.catalogue, call.context, account.id);
  const isShown = (each: AccessRequest) => state === null || stateOfRequest(each, now) === state;
  const rows = listed.filter(isShown).map((each) => requestView(each, now));
  parts.renderer.send(request, response, RequestsPage, {
    view: meView(call, REQUESTS_PATH, again),
    path: REQUESTS_PATH,
    glassPath: (await mayBreakGlass(parts.catalogue.db, person.userId)) ? BREAK_GLASS_PATH : null,
    toDecide: toDecide.map((each) => requestView(each, now)),
    shows: accounts.map(({ id, name }) => ({ value: id, label: `All of ${cleanForPage(name)}` })),
    show: account?.id ?? 'own',
    state: state ?? '',
    listing: listingOf(call, rows, {
      path: REQUESTS_PATH,
      text: ({ person: who, email, project, compute, reason }) => `${who} ${email} ${project} ${compute} ${reason}`,
      sorts: { who: ({ email }) => email, asked: ({ askedAt }) => askedAt.getTime() },
    }),
    now,
  });
}
