// Access rules of an organization, and those about one project. Neon has none: all of it is
// Postern's own.

import { z } from 'zod';
import {
  changeAccessRule,
  createAccessRule,
  removeAccessRule,
  replaceAccessRules,
} from '../../../actions/organizations/change-access-rules.ts';
import { listComputes } from '../../../catalogue/projects/computes.ts';
import { getProject, type Project } from '../../../catalogue/projects/projects.ts';
import type { AccessRule, RuleObject } from '../../../catalogue/rights/access-rule.ts';
import { getAccessRule, pageAccessRules } from '../../../catalogue/rules/rule-lists.ts';
import { STARTING_SET_NAMES } from '../../../catalogue/rules/starting-sets.ts';
import type { Page } from '../../../catalogue/store/keyset-pages.ts';
import { PosternError } from '../../../errors.ts';
import type { AccessRuleId, ProjectId } from '../../../ids.ts';
import type { ApiCall } from '../call/api-call.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { idField, projectParams } from '../call/field-shapes.ts';
import { cursorField, limitField, paginationOf, paginationShape } from '../call/lists.ts';
import { organizationParams } from '../organizations/organization-endpoints.ts';
import {
  changedRuleShape,
  grantsFromWire,
  newRuleShape,
  objectFromWire,
  ruleOnWire,
  ruleShape,
  subjectFromWire,
} from './rule-shapes.ts';

const OURS = 'Postern only: ';
const rulesShape = z.object({ access_rules: z.array(ruleShape) });
const pageQuery = z.object({ cursor: cursorField, limit: limitField({ byDefault: 100, most: 1_000 }) });
const pageShape = rulesShape.extend({ pagination: paginationShape.optional() });
const ruleId = { rule_id: idField<AccessRuleId>() };
const EVERYTHING: RuleObject = { kind: 'account' };

const OF_ORGANIZATION = [
  apiRoute('get', '/organizations/{org_id}/access_rules', {
    operationId: 'listOrganizationAccessRules',
    summary: `${OURS}who may reach what, oldest rule first`,
    params: organizationParams,
    query: pageQuery,
    reply: pageShape,
    perform: async ({ catalogue, context }, { params, query }) =>
      pageOnWire(await pageAccessRules(catalogue, context, { ...query, accountId: params.org_id })),
  }),
  apiRoute('post', '/organizations/{org_id}/access_rules', {
    operationId: 'createOrganizationAccessRule',
    summary: `${OURS}makes a rule, about everything unless its object says less`,
    status: 201,
    params: organizationParams,
    body: newRuleShape,
    reply: ruleShape,
    perform: async (call, { params, body }) => {
      const object = body.object === undefined ? EVERYTHING : objectFromWire(body.object);
      return await made(call, { accountId: params.org_id, object, body });
    },
  }),
  apiRoute('post', '/organizations/{org_id}/access_rules/start', {
    operationId: 'replaceOrganizationAccessRules',
    summary: `${OURS}a starting set in the place of all rules: everyone, read_only or strict`,
    params: organizationParams,
    body: z.object({ set: z.enum(STARTING_SET_NAMES) }),
    reply: rulesShape,
    perform: async (call, { params, body }) => {
      const rules = await replaceAccessRules(call, call.context, { accountId: params.org_id, set: body.set });
      return { access_rules: rules.map(ruleOnWire) };
    },
  }),
  apiRoute('patch', '/organizations/{org_id}/access_rules/{rule_id}', {
    operationId: 'updateOrganizationAccessRule',
    summary: `${OURS}gives a rule other grants, and ends what no rule allows any more`,
    params: organizationParams.extend(ruleId),
    body: changedRuleShape,
    reply: ruleShape,
    perform: async (call, { params, body }) => {
      const change = { accountId: params.org_id, ruleId: params.rule_id, grants: grantsFromWire(body.grants) };
      return ruleOnWire(await changeAccessRule(call, call.context, change));
    },
  }),
  apiRoute('delete', '/organizations/{org_id}/access_rules/{rule_id}', {
    operationId: 'deleteOrganizationAccessRule',
    summary: `${OURS}removes a rule, and ends what no rule allows any more`,
    params: organizationParams.extend(ruleId),
    reply: ruleShape,
    perform: async (call, { params }) => {
      const which = { accountId: params.org_id, ruleId: params.rule_id };
      return ruleOnWire(await removeAccessRule(call, call.context, which));
    },
  }),
];

const OF_PROJECT = [
  apiRoute('get', '/projects/{project_id}/access_rules', {
    operationId: 'listProjectAccessRules',
    summary: `${OURS}the rules about a project, its computes or its label, and those about everything`,
    params: projectParams,
    query: pageQuery,
    reply: pageShape,
    perform: async (call, { params, query }) => {
      const project = await projectIn(call, params, 'project.read_access_rules');
      const computes = await listComputes(call.catalogue, project.id);
      const about = { projectId: project.id, computeIds: computes.map(({ id }) => id) };
      const wanted = { ...query, accountId: project.accountId, about };
      return pageOnWire(await pageAccessRules(call.catalogue, call.context, wanted));
    },
  }),
  apiRoute('post', '/projects/{project_id}/access_rules', {
    operationId: 'createProjectAccessRule',
    summary: `${OURS}makes a rule about a project, or about one of its computes`,
    status: 201,
    params: projectParams,
    body: newRuleShape,
    reply: ruleShape,
    perform: async (call, { params, body }) => {
      const project = await projectIn(call, params, 'project.change_access_rules');
      const whole: RuleObject = { kind: 'project', projectId: project.id };
      const object = body.object === undefined ? whole : objectFromWire(body.object);
      await requireAbout(call, project, object);
      return await made(call, { accountId: project.accountId, object, body });
    },
  }),
  apiRoute('patch', '/projects/{project_id}/access_rules/{rule_id}', {
    operationId: 'updateProjectAccessRule',
    summary: `${OURS}gives a rule about a project other grants`,
    params: projectParams.extend(ruleId),
    body: changedRuleShape,
    reply: ruleShape,
    perform: async (call, { params, body }) => {
      const which = await ruleAbout(call, params);
      const change = { ...which, grants: grantsFromWire(body.grants) };
      return ruleOnWire(await changeAccessRule(call, call.context, change));
    },
  }),
  apiRoute('delete', '/projects/{project_id}/access_rules/{rule_id}', {
    operationId: 'deleteProjectAccessRule',
    summary: `${OURS}removes a rule about a project`,
    params: projectParams.extend(ruleId),
    reply: ruleShape,
    perform: async (call, { params }) =>
      ruleOnWire(await removeAccessRule(call, call.context, await ruleAbout(call, params))),
  }),
];

export const ACCESS_RULE_ROUTES = tagged('Access rules', [...OF_ORGANIZATION, ...OF_PROJECT]);

function pageOnWire({ items, cursor }: Page<AccessRule>): z.input<typeof pageShape> {
  return { access_rules: items.map(ruleOnWire), ...paginationOf(cursor) };
}

interface Making {
  readonly accountId: Project['accountId'];
  readonly object: RuleObject;
  readonly body: z.output<typeof newRuleShape>;
}

async function made(call: ApiCall, { accountId, object, body }: Making): Promise<z.input<typeof ruleShape>> {
  const wanted = { accountId, object, subject: subjectFromWire(body.subject), grants: grantsFromWire(body.grants) };
  return ruleOnWire(await createAccessRule(call, call.context, wanted));
}

type RulesAction = 'project.read_access_rules' | 'project.change_access_rules';

function projectIn(
  { catalogue, context }: ApiCall,
  { project_id: projectId }: { readonly project_id: ProjectId },
  action: RulesAction,
): Promise<Project> {
  return getProject(catalogue, context, { projectId, action });
}

async function ruleAbout(call: ApiCall, params: { readonly project_id: ProjectId; readonly rule_id: AccessRuleId }) {
  const project = await projectIn(call, params, 'project.change_access_rules');
  const which = { accountId: project.accountId, ruleId: params.rule_id };
  await requireAbout(call, project, (await getAccessRule(call.catalogue, call.context, which)).object);
  return which;
}

/** Rules about more than the project are changed where all rules are. Throws `not_found`. */
async function requireAbout({ catalogue }: ApiCall, project: Project, object: AccessRule['object']): Promise<void> {
  if (object.kind === 'project' && object.projectId === project.id) return;
  if (object.kind === 'compute') {
    const computes = await listComputes(catalogue, project.id);
    if (computes.some(({ id }) => id === object.computeId)) return;
  }
  throw new PosternError('not_found', { params: { thing: 'an access rule about this project' } });
}
