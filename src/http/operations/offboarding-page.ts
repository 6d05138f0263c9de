// What a person had, and when each piece ended, for operators.

import { OffboardingPage } from '../../../web/pages/ops/offboarding-page.tsx';
import { offboardingReport } from '../../catalogue/people/offboarding-report.ts';
import { idFrom, type UserId } from '../../ids.ts';
import { cleanForPage, cleanSentence } from '../../untrusted-text.ts';
import { type Again, param } from '../console/shell/console-call.ts';
import { type OperationsCall, operationsView } from './operations-scope.ts';

export async function showOffboarding(call: OperationsCall, again?: Again): Promise<void> {
  const { parts, request, response, context, now } = call;
  const userId = idFrom<UserId>(param(call, 'userId'));
  const { person, since, held } = await offboardingReport(parts.catalogue, context, { userId });
  parts.renderer.send(request, response, OffboardingPage, {
    view: operationsView(call, { label: 'What they had', href: request.path }, again),
    email: cleanForPage(person.email),
    state: person.state,
    lookedBackTo: since,
    held: held.map(({ key, kind, what, since: begun, endedAt, how }) => ({
      ...{ key, kind, since: begun, endedAt },
      what: cleanSentence(what),
      how: how === null ? null : cleanSentence(how),
    })),
    now,
  });
}
