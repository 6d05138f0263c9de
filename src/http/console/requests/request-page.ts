// One request for access: all that the person who asked saw, and the form of those who decide.

import { z } from 'zod';
import { RequestPage, type RequestProps } from '../../../../web/pages/console/requests/request-page.tsx';
import { decideAccess, withdrawAccess } from '../../../actions/asking/decide-access.ts';
import {
  type AccessRequest,
  findApprovers,
  type RequestState,
  stateOfRequest,
} from '../../../catalogue/asking/access-request.ts';
import { getRequest } from '../../../catalogue/asking/request-lists.ts';
import { accountResource, may } from '../../../catalogue/rights/permissions.ts';
import { PosternError } from '../../../errors.ts';
import { type AccessRequestId, idFrom } from '../../../ids.ts';
import { compareToBrowser } from '../../../login/request/locality.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { terminalFacts } from '../../approval/approval-view.ts';
import { provesPerson } from '../../sign-in/oidc-linking.ts';
import { signInAgainPath } from '../../sign-in/sign-in-routes.ts';
import { type Again, type ConsoleCall, goTo, param, parseForm } from '../shell/console-call.ts';
import { personView } from '../shell/open-console-view.ts';
import { REQUESTS_PATH, requestView } from './request-view.ts';

const decisionForm = z.object({
  decision: z.enum(['agree', 'deny']),
  answer: z.string().max(2_048).default(''),
});

export async function showRequest(call: ConsoleCall, again?: Again): Promise<void> {
  const { parts, request, response, now } = call;
  const found = await getRequest(parts.catalogue, call.context, idIn(call));
  const view = requestView(found, now);
  parts.renderer.send(request, response, RequestPage, {
    view: personView(call, again, [
      { label: 'Requests', href: REQUESTS_PATH },
      { label: view.person, href: view.href },
    ]),
    path: view.href,
    asked: view,
    terminal: await terminalOf(call, found),
    ...(await rolesOf(call, found)),
    signInAgainPath: provesPerson(response, now) ? null : signInAgainPath(view.href),
    typedAnswer: again?.typed.answer ?? '',
    now,
  });
}

/** Where it still waits: what the page of its login shows. */
async function terminalOf({ parts, now }: ConsoleCall, found: AccessRequest): Promise<RequestProps['terminal']> {
  const { loginRequestId } = found;
  const login = loginRequestId === null ? null : await parts.loginRequests.find(loginRequestId);
  if (login === null || login.claim === null) return null;
  const { browserAddress } = login.claim;
  return {
    facts: terminalFacts(login, now),
    userCode: login.userCode,
    browserAddress: cleanForPage(browserAddress),
    isSameAddress: compareToBrowser(login.origin, browserAddress) === 'same',
  };
}

async function rolesOf({ parts, person, now }: ConsoleCall, found: AccessRequest) {
  const state = stateOfRequest(found, now);
  const isOwn = found.userId === person.userId;
  const approvers = found.teamId === null ? [] : await findApprovers(parts.catalogue.db, found.teamId, found.userId);
  const isApprover = approvers.some(({ id }) => id === person.userId);
  const hasAgreed = found.agreed.some(({ id }) => id === person.userId);
  const mayEnd = isOwn || may(person, 'access_rules.change', accountResource(found.accountId));
  return {
    isOwn,
    review: reviewOf(found, { person, state }),
    approvers: approvers.map(({ name }) => cleanForPage(name)),
    mayDecide: state === 'waiting' && isApprover && !hasAgreed,
    hasAgreed,
    mayEnd: mayEnd && (state === 'waiting' || state === 'approved'),
  };
}

function reviewOf(
  { kind, userId, accountId, reviewedAt }: AccessRequest,
  { person, state }: { readonly person: ConsoleCall['person']; readonly state: RequestState },
): RequestProps['review'] {
  if (kind !== 'break_glass' || reviewedAt !== null) return 'none';
  if (userId === person.userId || !may(person, 'break_glass.review', accountResource(accountId))) return 'by_others';
  return state === 'approved' ? 'later' : 'now';
}

export async function decideRequest(call: ConsoleCall): Promise<void> {
  const { parts, context, response, now } = call;
  const id = idIn(call);
  const path = `${REQUESTS_PATH}/${id}`;
  if (!provesPerson(response, now)) return goTo(call, signInAgainPath(path));
  const { decision: how, answer } = parseForm(call, decisionForm);
  const decided = await decideAccess(parts, context, { id, how, answer });
  if (decided.kind === 'too_late') {
    throw new PosternError('request_over', { params: { state: stateOfRequest(decided.request, now) } });
  }
  goTo(call, path, `access_${decided.kind}`);
}

export async function withdrawOwnRequest(call: ConsoleCall): Promise<void> {
  const id = idIn(call);
  await withdrawAccess(call.parts, call.context, { id });
  goTo(call, `${REQUESTS_PATH}/${id}`, 'access_withdrawn');
}

function idIn(call: ConsoleCall): AccessRequestId {
  return idFrom<AccessRequestId>(param(call, 'requestId'));
}
