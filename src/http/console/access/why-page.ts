// Why a connection was refused: the page to which the error's detail leads.

import { WhyPage } from '../../../../web/pages/console/access/why-page.tsx';
import { findRefusal } from '../../../catalogue/explain/find-refusal.ts';
import { explainAccess } from '../../../catalogue/explain/why.ts';
import { PosternError } from '../../../errors.ts';
import { type ConnectionId, idFrom } from '../../../ids.ts';
import { cleanForPage, cleanSentence } from '../../../untrusted-text.ts';
import { type Again, type ConsoleCall, param } from '../shell/console-call.ts';
import { personView } from '../shell/open-console-view.ts';

/** Throws `not_found`, also for refusals of others whose rules the person may not read. */
export async function showWhy(call: ConsoleCall, again?: Again): Promise<void> {
  const { parts, request, response, context } = call;
  const reference = param(call, 'connectionId');
  const refusal = await findRefusal(parts.catalogue, idFrom<ConnectionId>(reference));
  const unknown = new PosternError('not_found', { params: { thing: 'refusal' } });
  if (refusal === null) throw unknown;
  const { decision, sentence, obstacles, rulesOf } = await explainAccess(parts.catalogue, context, refusal).catch(
    (error: unknown) => {
      // A person who may not know is told the same as of an unknown reference.
      throw error instanceof PosternError && error.kind !== 'service' ? unknown : error;
    },
  );
  parts.renderer.send(request, response, WhyPage, {
    view: personView(call, again, [{ label: 'Why', href: request.path }]),
    reference: cleanForPage(reference),
    at: refusal.at,
    now: call.now,
    reason: cleanForPage(refusal.reason.replaceAll('_', ' ')),
    sentence: cleanSentence(sentence),
    obstacles: obstacles.map(cleanSentence),
    isAllowedNow: decision.kind === 'allowed' && obstacles.length === 0,
    rulesPath: rulesOf === null ? null : `/app/${rulesOf}/access`,
  });
}
