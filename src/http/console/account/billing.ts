// An account's plan, consumption and billing details. Every member sees them; admins edit them.

import { z } from 'zod';
import { BillingPage } from '../../../../web/pages/console/account/billing-page.tsx';
import { changeBilling, changePlan } from '../../../actions/organizations/change-organization.ts';
import { billingDetailsSchema } from '../../../catalogue/accounts/accounts.ts';
import { listProjects } from '../../../catalogue/projects/project-lists.ts';
import { accountResource, may, requireMay } from '../../../catalogue/rights/permissions.ts';
import { PLAN_TERMS } from '../../../catalogue/rights/plans.ts';
import { PLANS } from '../../../catalogue/tables/people-and-accounts.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type AccountCall, type Again, goTo, parseForm } from '../shell/console-call.ts';
import { historyView, sumOfFigures, usageFigures } from '../shell/consumption-view.ts';
import { accountView } from '../shell/open-console-view.ts';

const PROJECTS_SHOWN = 100;
const { taxId: taxIdField, ...sameFields } = billingDetailsSchema.shape;
const billingFormSchema = z.object({ ...sameFields, tax_id: taxIdField });

export async function showBilling(call: AccountCall, again?: Again): Promise<void> {
  const { parts, request, response, person, account, base } = call;
  const resource = accountResource(account.id);
  requireMay(person, 'account.read_billing', resource);
  const usage = await usageOfProjects(call);
  parts.renderer.send(request, response, BillingPage, {
    view: accountView(call, 'billing', again),
    path: `${base}/billing`,
    plan: account.plan,
    terms: PLAN_TERMS[account.plan],
    plans: may(person, 'account.change_plan', resource) ? PLANS : [],
    billing: account.billing,
    mayEdit: may(person, 'account.change_billing', resource),
    total: usage.length === 0 ? null : sumOfFigures(usage.map(({ figures }) => figures)),
    usage,
    history: await historyView(call, { account, path: `${base}/billing` }, (range) =>
      parts.consumption.readAccount(account.id, range),
    ),
  });
}

export async function saveBilling(call: AccountCall): Promise<void> {
  const { parts, context, account, base } = call;
  const { tax_id: taxId, ...rest } = parseForm(call, billingFormSchema);
  await changeBilling(parts, context, { accountId: account.id, billing: { ...rest, taxId } });
  goTo(call, `${base}/billing`, 'billing_saved');
}

export async function savePlan(call: AccountCall): Promise<void> {
  const { parts, context, account, base } = call;
  const { plan } = parseForm(call, z.object({ plan: z.enum(PLANS) }));
  await changePlan(parts, context, { accountId: account.id, plan });
  goTo(call, `${base}/billing`, 'billing_saved');
}

async function usageOfProjects({ parts, context, account, base }: AccountCall) {
  const wanted = { accountId: account.id, limit: PROJECTS_SHOWN };
  const { items } = await listProjects(parts.catalogue, context, wanted);
  const totals = await parts.consumption.readBillingPeriod(items.map(({ id }) => id));
  const usage = items.flatMap((project) => {
    const ofProject = totals.get(project.id);
    if (ofProject === undefined) return [];
    const href = `${base}/projects/${project.id}/consumption`;
    return [{ id: project.id, name: cleanForPage(project.name), href, figures: usageFigures(ofProject) }];
  });
  return usage.sort((a, b) => b.figures.activeSeconds - a.figures.activeSeconds);
}
