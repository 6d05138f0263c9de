// An account's plan, consumption and billing details. Every member sees them; admins edit them.

import { z } from 'zod';
import { type PlanRow, TERMS } from '../../../../web/components/console/plan-table.tsx';
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
    hasInvoices: parts.config.organizations.invoices,
    plans: plansFor(call),
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
  const { taxId: oldTaxId, ...old } = account.billing;
  goTo(call, `${base}/billing`, {
    code: 'billing_saved',
    title: 'Billing details are saved',
    undo: { action: `${base}/billing`, fields: { ...old, tax_id: oldTaxId } },
  });
}

const planSchema = z.object({ plan: z.enum(PLANS) });

export async function askPlan(call: AccountCall, again?: Again): Promise<void> {
  const { person, account, base } = call;
  requireMay(person, 'account.change_plan', accountResource(account.id));
  const asked = planSchema.safeParse({ plan: again?.typed.plan ?? queryText(call, 'plan') });
  const plan = asked.data?.plan ?? account.plan;
  if (plan === account.plan) return goTo(call, `${base}/billing`);
  const [now, then] = [account.plan, plan].map(termsInWords);
  sendConfirmation(call, {
    view: belowTabView(call, ['billing', 'Change plan'], again),
    title: `Move ${cleanForPage(account.name)} to ${planName(plan)}?`,
    text: 'The new limits hold from now on. What exists already stays, also beyond them.',
    changes: TERMS.map((what) => ({ what, before: now?.[what] ?? '', after: then?.[what] ?? '' })),
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
  goTo(call, `${base}/billing`, {
    code: 'plan_changed',
    title: `${cleanForPage(account.name)} is on the ${planName(plan)} plan now`,
    undo: { action: `${base}/billing/plan`, fields: { plan: account.plan } },
  });
}

function termsInWords(plan: Plan): PlanRow['terms'] {
  const terms = PLAN_TERMS[plan];
  return {
    Projects: limitInWords(terms.projectsLimit),
    Computes: limitInWords(terms.computesPerProject),
    Databases: limitInWords(terms.databasesPerBranch),
    Roles: limitInWords(terms.rolesPerBranch),
    'Largest compute': `${terms.maxAutoscalingCu} CU`,
    Consumption: terms.consumptionHistory === 'included' ? 'Hours, days, months' : 'This month',
    'May request an organization': terms.isPaid ? 'Yes' : 'No',
  };
}

function limitInWords(limit: number | null): string {
  return limit === null ? 'No limit' : limit.toLocaleString('en-US');
}

/** All plans for who may change it, else the account's own. */
function plansFor({ person, account, base }: AccountCall): PlanRow[] {
  const mayChange = may(person, 'account.change_plan', accountResource(account.id));
  return PLANS.filter((plan) => mayChange || plan === account.plan).map((plan) => ({
    name: planName(plan),
    terms: termsInWords(plan),
    changePath: plan === account.plan ? null : `${base}/billing/plan?plan=${plan}`,
  }));
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
