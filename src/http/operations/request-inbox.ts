// The operators' inbox of requests for organizations: approved or declined, once.

import { z } from 'zod';
import type { ConsoleView } from '../../../web/components/console/console-view.ts';
import { RequestInboxPage } from '../../../web/pages/console/organizations/request-inbox-page.tsx';
import { decideOrganizationRequest } from '../../actions/organizations/change-organization.ts';
import { findPersonByEmail } from '../../catalogue/accounts/find-person.ts';
import { getUser, type User } from '../../catalogue/accounts/users.ts';
import { INSTALLATION, may, notFound } from '../../catalogue/rights/permissions.ts';
import { emailKey } from '../../catalogue/store/email-address.ts';
import { listOrganizationRequests, type OrganizationRequest } from '../../catalogue/transfers/organization-requests.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { type Again, type ConsoleCall, goTo, param, parseForm } from '../console/shell/console-call.ts';
import { personView } from '../console/shell/open-console-view.ts';
import { REQUESTS_PATH as PATH } from '../console/shell/what-waits.ts';
import { operatorsTabs } from './operations-scope.ts';

export async function showRequests(call: ConsoleCall, again?: Again): Promise<void> {
  const { parts, request, response, context, now } = call;
  requireOperator(call);
  const all = await listOrganizationRequests(parts.catalogue, context);
  const rows = await Promise.all(all.map((each) => requestRow(call, each)));
  parts.renderer.send(request, response, RequestInboxPage, {
    view: inboxView(call, again),
    waiting: rows.filter(({ status }) => status === 'requested'),
    decided: rows.filter(({ status }) => status !== 'requested').reverse(),
    now,
  });
}

export async function approveRequest(call: ConsoleCall): Promise<void> {
  requireOperator(call);
  const decision = { requestId: param(call, 'requestId'), verdict: 'approve' } as const;
  const { invitation } = await decideOrganizationRequest(call.parts, call.context, decision);
  goTo(call, PATH, invitation === null ? 'request_approved' : 'request_approved_admin_invited');
}

export async function declineRequest(call: ConsoleCall): Promise<void> {
  requireOperator(call);
  const { reason } = parseForm(call, z.object({ reason: z.string().trim().min(1, 'say why').max(200) }));
  const decision = { requestId: param(call, 'requestId'), verdict: 'decline', reason } as const;
  await decideOrganizationRequest(call.parts, call.context, decision);
  goTo(call, PATH, 'request_declined');
}

function inboxView(call: ConsoleCall, again?: Again): ConsoleView {
  const crumbs = [
    { label: 'Operations', href: '/ops' },
    { label: 'Organization requests', href: PATH },
  ];
  return { ...personView(call, again, crumbs), tabs: operatorsTabs(call, PATH) };
}

/** Throws `not_found` for anybody but operators. */
function requireOperator({ person }: ConsoleCall): void {
  if (!may(person, 'ops.decide_organization', INSTALLATION)) throw notFound(INSTALLATION);
}

/** What operators are told of the named admin: they decide whom they let in. */
async function adminOf(
  { catalogue }: ConsoleCall['parts'],
  { requester, adminEmail }: { readonly requester: User; readonly adminEmail: string },
) {
  const email = cleanForPage(adminEmail);
  if (emailKey(adminEmail) === emailKey(requester.email)) return { email, is: 'requester' } as const;
  return { email, is: (await findPersonByEmail(catalogue.db, adminEmail)).kind } as const;
}

async function requestRow({ parts }: ConsoleCall, request: OrganizationRequest) {
  const requester = await getUser(parts.catalogue, request.requestedBy);
  return {
    id: request.id,
    name: cleanForPage(request.name),
    requester: cleanForPage(requester.email),
    isRequesterVerified: requester.emailVerified,
    admin: await adminOf(parts, { requester, adminEmail: request.adminEmail }),
    status: request.status,
    reason: request.reason === null ? null : cleanForPage(request.reason),
    createdAt: request.createdAt,
    decidedAt: request.decidedAt,
  };
}
