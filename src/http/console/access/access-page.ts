// The access page of an account: its access rules as one table, a form for a new one, and the
// sets to start from. For its admins.

import { AccessPage } from '../../../../web/pages/console/access/access-page.tsx';
import * as actions from '../../../actions/organizations/change-access-rules.ts';
import { TimeSlices } from '../../../async/time-slices.ts';
import { listProjects } from '../../../catalogue/projects/project-lists.ts';
import type { AccessRule } from '../../../catalogue/rights/access-rule.ts';
import { accountResource, may, requireMay } from '../../../catalogue/rights/permissions.ts';
import { findCoveredPlaces } from '../../../catalogue/rules/covered-places.ts';
import { findNamedThings, type NamedThings } from '../../../catalogue/rules/named-things.ts';
import { getAccessRule, listAccessRules } from '../../../catalogue/rules/rule-lists.ts';
import { ruleInWords, ruleSentence } from '../../../catalogue/rules/rule-words.ts';
import { STARTING_SET_NAMES } from '../../../catalogue/rules/starting-sets.ts';
import { listTeams } from '../../../catalogue/teams/teams.ts';
import { PosternError } from '../../../errors.ts';
import { type AccessRuleId, idFrom, isOrganizationId } from '../../../ids.ts';
import { cleanForPage, cleanSentence } from '../../../untrusted-text.ts';
import {
  type AccountCall,
  type Again,
  goTo,
  param,
  parseForm,
  queryText,
  sendConfirmation,
} from '../shell/console-call.ts';
import { listingOf } from '../shell/listing.ts';
import { accountView, belowTabView } from '../shell/open-console-view.ts';
import { RULE_LABELS, ruleFormSchema, ruleFromForm } from './rule-form.ts';

const MOST_PROJECTS = 400;

export async function showAccess(call: AccountCall, again?: Again): Promise<void> {
  const { parts, request, response, context, account, person } = call;
  const rules = await listAccessRules(parts.catalogue, context, account.id);
  const things = await findNamedThings(parts.catalogue.db, rules);
  const choices = await choicesOf(call);
  const about = queryText(call, 'about');
  const places = await findCoveredPlaces(parts.catalogue, account.id, about);
  const rows: ReturnType<typeof rowOf>[] = [];
  const slices = new TimeSlices();
  for (const rule of rules) {
    if (places.touches(rule.object)) rows.push(rowOf(rule, things));
    if (slices.isOver) await slices.next();
  }
  parts.renderer.send(request, response, AccessPage, {
    view: accountView(call, 'access', again),
    path: pathOf(call),
    about,
    ...choices,
    isStrict: rules.length === 0,
    mayChange: may(person, 'access_rules.change', accountResource(account.id)),
    typed: again?.typed ?? {},
    listing: listingOf(call, rows, {
      path: pathOf(call),
      text: ({ who, what, gives, id }) => `${who} ${what} ${gives} ${id}`,
      sorts: { who: ({ who }) => who, what: ({ what }) => what },
    }),
  });
}

function rowOf(rule: AccessRule, things: NamedThings) {
  const { who, what, gives, limits } = ruleInWords(rule, things);
  return {
    id: rule.id,
    who: capitalized(cleanSentence(who)),
    what: capitalized(cleanSentence(what)),
    gives: capitalized(cleanSentence(gives)),
    limits: limits.map(cleanSentence),
  };
}

function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

async function choicesOf({ parts, context, account }: AccountCall) {
  const wanted = { accountId: account.id, limit: MOST_PROJECTS };
  const [teams, { items: projects }] = await Promise.all([
    isOrganizationId(account.id) ? listTeams(parts.catalogue, context, account.id) : [],
    listProjects(parts.catalogue, context, wanted),
  ]);
  return {
    subjects: teams.map(({ id, name }) => ({ value: `team:${id}`, label: `Team ${cleanForPage(name)}` })),
    objects: [
      ...RULE_LABELS.map((label) => ({ value: `label:${label}`, label: `Projects labelled ${label}` })),
      ...projects.map(({ id, name }) => ({ value: `project:${id}`, label: `Project ${cleanForPage(name)}` })),
    ],
  };
}

export async function createRule(call: AccountCall): Promise<void> {
  const { parts, context, account } = call;
  const rule = await ruleFromForm(parts.catalogue, account.id, parseForm(call, ruleFormSchema));
  await actions.createAccessRule(parts, context, { accountId: account.id, ...rule });
  goTo(call, pathOf(call), 'rule_created');
}

export async function askRemoveRule(call: AccountCall, again?: Again): Promise<void> {
  const { parts, context, account, person } = call;
  requireMay(person, 'access_rules.change', accountResource(account.id));
  const rule = await getAccessRule(parts.catalogue, context, whichRule(call));
  const sentence = ruleSentence(rule, await findNamedThings(parts.catalogue.db, [rule]));
  sendConfirmation(call, {
    view: belowTabView(call, ['access', 'Remove rule'], again),
    title: 'Remove this access rule?',
    text: `${cleanSentence(sentence)}. Connections that no other rule allows end now.`,
    button: 'Remove rule',
    cancelPath: pathOf(call),
  });
}

export async function removeRule(call: AccountCall): Promise<void> {
  await actions.removeAccessRule(call.parts, call.context, whichRule(call));
  goTo(call, pathOf(call), 'rule_removed');
}

const SET_WORDS = {
  everyone: ['Everyone, everything', 'Members and tokens reach every project, guests those that are shared with them.'],
  read_only: ['Read-only by default', 'The same, but members and guests can only read.'],
  strict: ['Strict', 'Nobody reaches anything until you add a rule for it. You can still change the rules.'],
} as const;

export async function askStart(call: AccountCall, again?: Again): Promise<void> {
  const { person, account } = call;
  requireMay(person, 'access_rules.change', accountResource(account.id));
  const [title, text] = SET_WORDS[setIn(call)];
  sendConfirmation(call, {
    view: belowTabView(call, ['access', title], again),
    title: `Start from “${title}”?`,
    text: `${text} This replaces all rules, and connections that the new ones do not allow end now.`,
    button: 'Replace all rules',
    cancelPath: pathOf(call),
  });
}

export async function start(call: AccountCall): Promise<void> {
  const { parts, context, account } = call;
  await actions.replaceAccessRules(parts, context, { accountId: account.id, set: setIn(call) });
  goTo(call, pathOf(call), 'rules_replaced');
}

function setIn(call: AccountCall) {
  const set = STARTING_SET_NAMES.find((name) => name === param(call, 'set'));
  if (set === undefined) throw new PosternError('not_found', { params: { thing: 'page' } });
  return set;
}

function whichRule(call: AccountCall) {
  return { accountId: call.account.id, ruleId: idFrom<AccessRuleId>(param(call, 'ruleId')) };
}

function pathOf({ base }: AccountCall): string {
  return `${base}/access`;
}
