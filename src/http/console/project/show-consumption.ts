// Consumption of a project in the running billing period, and over time where the plan includes it.

import { ConsumptionPage } from '../../../../web/pages/console/project/consumption-page.tsx';
import { projectResource } from '../../../catalogue/projects/projects.ts';
import { requireMay } from '../../../catalogue/rights/permissions.ts';
import { historyView, usageFigures } from '../shell/consumption-view.ts';
import { type ProjectCall, projectView } from './open-project.ts';

export async function showConsumption(call: ProjectCall): Promise<void> {
  const { parts, request, response, person, account, project, base, place } = call;
  requireMay(person, 'project.read_consumption', projectResource(parts.catalogue, project));
  const totals = (await parts.consumption.readBillingPeriod([project.id])).get(project.id) ?? null;
  const history = await historyView(call, { account, path: `${place}/consumption` }, async (range) => {
    const periods = await parts.consumption.readProjects(account.id, [project.id], range);
    return periods.get(project.id) ?? [];
  });
  parts.renderer.send(request, response, ConsumptionPage, {
    view: projectView(call, 'consumption'),
    figures: totals === null ? null : usageFigures(totals),
    history,
    billingPath: `${base}/billing`,
  });
}
