// "Ask for access": ahead of any login, among the computes whose rules ask first.

import { z } from 'zod';
import { AskPage } from '../../../../web/pages/console/requests/ask-page.tsx';
import * as actions from '../../../actions/asking/ask-for-access.ts';
import { listTargets } from '../../../catalogue/access/targets.ts';
import { MAX_GRANT_MS } from '../../../catalogue/rights/policy.ts';
import { type ComputeId, idFrom } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { durationChoices } from '../../request/duration-choices.ts';
import { type Again, type ConsoleCall, goTo, parseForm } from '../shell/console-call.ts';
import { personView } from '../shell/open-console-view.ts';
import { REQUESTS_PATH } from './request-view.ts';

const PATH = `${REQUESTS_PATH}/new`;

const askForm = z.object({
  compute: z.string().min(1, 'choose one').max(64),
  access: z.enum(['read_write', 'read_only']),
  minutes: z.coerce.number().int(),
  reason: z.string().max(2_048).default(''),
});

export async function showAskForAccess(call: ConsoleCall, again?: Again): Promise<void> {
  const { parts, request, response, person } = call;
  const accounts = await listTargets(parts.catalogue, person);
  const computes = accounts.flatMap(({ projects }) =>
    projects.flatMap(({ name, computes: ofProject }) =>
      ofProject.flatMap(({ id, name: compute, asksFor }) =>
        asksFor === null
          ? []
          : [{ value: id, label: `${cleanForPage(name)}, ${cleanForPage(compute)}: asks for ${asksFor}` }],
      ),
    ),
  );
  parts.renderer.send(request, response, AskPage, {
    view: personView(call, again, [
      { label: 'Requests', href: REQUESTS_PATH },
      { label: 'Ask for access', href: PATH },
    ]),
    path: PATH,
    cancelPath: REQUESTS_PATH,
    computes,
    durations: durationChoices(MAX_GRANT_MS),
    typed: again?.typed ?? {},
  });
}

export async function askForAccess(call: ConsoleCall): Promise<void> {
  const { compute, access, minutes, reason } = parseForm(call, askForm);
  const asked = await actions.askForAccess(call.parts, call.context, {
    ...{ computeId: idFrom<ComputeId>(compute), database: null, databaseRole: null, access },
    ...{ durationMs: minutes * 60_000, reason },
  });
  goTo(call, `${REQUESTS_PATH}/${asked.id}`, asked.status === 'approved' ? 'access_granted' : 'access_asked');
}
