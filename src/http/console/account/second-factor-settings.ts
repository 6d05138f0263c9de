// Whether an organization asks its people for a second factor, and whom that shuts out, by name,
// before it is turned on.

import { z } from 'zod';
import { SecondFactorSettingsPage } from '../../../../web/pages/console/account/second-factor-settings-page.tsx';
import { demandSecondFactor } from '../../../actions/organizations/demand-second-factor.ts';
import { findSecondFactorDemand } from '../../../catalogue/people/second-factor-demand.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type AccountCall, type Again, goTo, parseForm } from '../shell/console-call.ts';
import { belowTabView } from '../shell/open-console-view.ts';

export async function showSecondFactor(call: AccountCall, again?: Again): Promise<void> {
  const { parts, request, response, context, account } = call;
  const { isDemanded, without } = await findSecondFactorDemand(parts.catalogue, context, account.id);
  parts.renderer.send(request, response, SecondFactorSettingsPage, {
    view: belowTabView(call, ['settings', 'Second factor'], again),
    path: pathOf(call),
    isDemanded,
    without: without.map(({ userId, name, email, relation }) => ({
      ...{ userId, relation, name: cleanForPage(name), email: cleanForPage(email) },
    })),
  });
}

export async function saveSecondFactor(call: AccountCall): Promise<void> {
  const { demand } = parseForm(call, z.object({ demand: z.enum(['on', 'off']) }));
  const isDemanded = demand === 'on';
  await demandSecondFactor(call.parts, call.context, { accountId: call.account.id, isDemanded });
  goTo(call, pathOf(call), isDemanded ? 'second_factor_demanded' : 'second_factor_not_demanded');
}

function pathOf({ base }: AccountCall): string {
  return `${base}/settings/second-factor`;
}
