// "Break the glass", from a login that waits or ahead of one. What was broken then lets the person
// approve that login as any other.

import { z } from 'zod';
import { BreakGlassPage } from '../../../../web/pages/console/requests/break-glass-page.tsx';
import * as actions from '../../../actions/asking/break-glass.ts';
import { LONGEST_GLASS_MS } from '../../../catalogue/asking/break-glass.ts';
import { listGlassComputes } from '../../../catalogue/asking/glass-people.ts';
import { type AccessRequestId, type ComputeId, idFrom, isLoginRequestId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { requireSession } from '../../request/request-context.ts';
import { provesPerson } from '../../sign-in/oidc-linking.ts';
import { signInAgainPath } from '../../sign-in/sign-in-routes.ts';
import { type Again, type ConsoleCall, goTo, param, parseForm, queryText } from '../shell/console-call.ts';
import { REQUESTS_PATH } from './request-view.ts';
import { WISH_FIELDS, wishPage } from './wish-page.ts';

export const BREAK_GLASS_PATH = `${REQUESTS_PATH}/break-glass`;

const breakForm = z.object({ ...WISH_FIELDS, login: z.string().max(64).default('') });

export async function showBreakGlass(call: ConsoleCall, again?: Again): Promise<void> {
  const { parts, request, response, person, now } = call;
  const login = loginIn(again?.typed.login ?? queryText(call, 'login'));
  const computes = await listGlassComputes(parts.catalogue.db, person);
  const back = `${BREAK_GLASS_PATH}${login === '' ? '' : `?login=${login}`}`;
  parts.renderer.send(request, response, BreakGlassPage, {
    ...wishPage(call, again, { title: 'Break the glass', path: BREAK_GLASS_PATH, longestMs: LONGEST_GLASS_MS }),
    ...(login !== '' && { cancelPath: `/psql_session/${login}` }),
    computes: computes.map(({ id, name, projectName, accountName }) => ({
      value: id,
      label: `${cleanForPage(accountName)}: ${cleanForPage(projectName)}, ${cleanForPage(name)}`,
    })),
    login,
    signInAgainPath: provesPerson(response, now) ? null : signInAgainPath(back),
  });
}

export async function breakGlass(call: ConsoleCall): Promise<void> {
  const { compute, minutes, reason, login } = parseForm(call, breakForm);
  const request = await actions.breakGlass(call.parts, call.context, {
    ...{ computeId: idFrom<ComputeId>(compute), durationMs: minutes * 60_000, reason },
    signIn: requireSession(call.response).signIn,
  });
  const waiting = loginIn(login);
  if (waiting !== '') return goTo(call, `/psql_session/${waiting}`);
  goTo(call, `${REQUESTS_PATH}/${request.id}`, 'glass_broken');
}

/** Empty for anything else. */
function loginIn(text: string): string {
  return isLoginRequestId(text) ? text : '';
}

const reviewForm = z.object({ review: z.string().max(2_048).default('') });

export async function reviewGlass(call: ConsoleCall): Promise<void> {
  const { review } = parseForm(call, reviewForm);
  const id = idFrom<AccessRequestId>(param(call, 'requestId'));
  await actions.reviewGlass(call.parts, call.context, { id, review });
  goTo(call, `${REQUESTS_PATH}/${id}`, 'glass_reviewed');
}
