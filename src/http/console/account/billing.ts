// An account's plan, consumption and billing details. Every member sees them; admins edit them.

import { z } from 'zod';
import { BillingPage } from '../../../../web/pages/console/account/billing-page.tsx';
import { changeBilling, changePlan } from '../../../actions/organizations/change-organization.ts';
import { billingDetailsSchema } from '../../../catalogue/accounts/accounts.ts';
import { listProjects } from '../../../catalogue/projects/project-lists.ts';
import { accountResource, may, requireMay } from '../../../catalogue/rights/permissions.ts';
import { PLAN_TERMS } from '../../../catalogue/rights/plans.ts';
import { PLANS, type Plan } from '../../../catalogue/tables/people-and-accounts.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type AccountCall, type Again, goTo, parseForm, queryText, sendConfirmation } from '../shell/console-call.ts';
import { historyView, sumOfFigures, usageFigures } from '../shell/consumption-view.ts';
import { accountView, belowTabView } from '../shell/open-console-view.ts';

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
    plan: planName(account.plan),
    terms: PLAN_TERMS[account.plan],
    plans: may(person, 'account.change_plan', resource) ? otherPlans(account.plan) : [],
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

const planSchema = z.object({ plan: z.enum(PLANS) });

export async function askPlan(call: AccountCall, again?: Again): Promise<void> {
  const { person, account, base } = call;
  requireMay(person, 'account.change_plan', accountResource(account.id));
  const asked = planSchema.safeParse({ plan: again?.typed.plan ?? queryText(call, 'plan') });
  const plan = asked.data?.plan ?? account.plan;
  if (plan === account.plan) return goTo(call, `${base}/billing`);
  const [now, then] = [termsInWords(account.plan), termsInWords(plan)];
  sendConfirmation(call, {
    view: belowTabView(call, ['billing', 'Change plan'], again),
    title: `Move ${cleanForPage(account.name)} to ${planName(plan)}?`,
    text: 'The new limits hold from now on. What exists already stays, also beyond them.',
    changes: now.map((line, index) => ({ ...line, after: then[index]?.before ?? '' })),
    button: `Change to ${planName(plan)}`,
    cancelPath: `${base}/billing`,
    tone: 'plain',
    fields: { plan },
  });
}

export async function savePlan(call: AccountCall): Promise<void> {
  const { parts, context, account, base } = call;
  const { plan } = parseForm(call, planSchema);
  await changePlan(parts, context, { accountId: account.id, plan });
  goTo(call, `${base}/billing`, 'plan_changed');
}

function termsInWords(plan: Plan) {
  const { projectsLimit, computesPerProject, consumptionHistory, maxAutoscalingCu, isPaid } = PLAN_TERMS[plan];
  return [
    { what: 'Projects', before: limitInWords(projectsLimit) },
    { what: 'Computes in each project', before: limitInWords(computesPerProject) },
    { what: 'Largest compute', before: `${maxAutoscalingCu} CU` },
    {
      what: 'Consumption',
      before: consumptionHistory === 'included' ? 'By hour, day and month' : 'The current month only',
    },
    { what: 'May request an organization', before: isPaid ? 'Yes' : 'No' },
  ];
}

function limitInWords(limit: number | null): string {
  return limit === null ? 'No limit' : limit.toLocaleString('en-US');
}

function otherPlans(current: Plan) {
  return PLANS.filter((plan) => plan !== current).map((plan) => ({ value: plan, label: planName(plan) }));
}

/** `Business` */
function planName(plan: Plan): string {
  return `${plan.charAt(0).toUpperCase()}${plan.slice(1)}`;
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
