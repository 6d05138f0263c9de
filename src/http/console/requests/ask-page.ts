// "Ask for access": ahead of any login, among the computes whose rules ask first.

import { z } from 'zod';
import { AskPage } from '../../../../web/pages/console/requests/ask-page.tsx';
import * as actions from '../../../actions/asking/ask-for-access.ts';
import { listTargets } from '../../../catalogue/access/targets.ts';
import { MAX_GRANT_MS } from '../../../catalogue/rights/policy.ts';
import { type ComputeId, idFrom } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type Again, type ConsoleCall, goTo, parseForm } from '../shell/console-call.ts';
import { REQUESTS_PATH } from './request-view.ts';
import { WISH_FIELDS, wishPage } from './wish-page.ts';

const PATH = `${REQUESTS_PATH}/new`;

const askForm = z.object({ ...WISH_FIELDS, access: z.enum(['read_write', 'read_only']) });

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
    ...wishPage(call, again, { title: 'Ask for access', path: PATH, longestMs: MAX_GRANT_MS }),
    computes,
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
