// What an organization makes of the identity providers: who may join, which groups fill which
// teams, and what a logout there ends.

import { z } from 'zod';
import { SignInSettingsPage } from '../../../../web/pages/console/account/sign-in-settings-page.tsx';
import * as actions from '../../../actions/organizations/change-joining.ts';
import { listJoinRules } from '../../../catalogue/joining/join-rules.ts';
import { type KnownIssuer, normalIssuer } from '../../../catalogue/joining/known-issuers.ts';
import { findLogoutEnds, LOGOUT_ENDS } from '../../../catalogue/joining/logout-rules.ts';
import { listTeamGroups } from '../../../catalogue/joining/team-groups.ts';
import { accountResource, requireMay } from '../../../catalogue/rights/permissions.ts';
import { listTeams } from '../../../catalogue/teams/teams.ts';
import { PosternError } from '../../../errors.ts';
import { idFrom, type JoinRuleId, type TeamId } from '../../../ids.ts';
import { cleanForPage, cleanSentence } from '../../../untrusted-text.ts';
import { type AccountCall, type Again, goTo, param, parseForm } from '../shell/console-call.ts';
import { belowTabView } from '../shell/open-console-view.ts';

const text = z.string().max(512);
const ruleSchema = z.object({ issuer: text, kind: z.enum(['group', 'domain', 'provisioned']), value: text });
const groupSchema = z.object({ issuer: text, team: text, group: text });
const logoutSchema = z.object({ ends: z.enum(LOGOUT_ENDS) });

export async function showSignInSettings(call: AccountCall, again?: Again): Promise<void> {
  const { parts, request, response, context, account, person } = call;
  requireMay(person, 'joining.change', accountResource(account.id));
  const [rules, groups, teams, ends] = await Promise.all([
    listJoinRules(parts.catalogue, context, account.id),
    listTeamGroups(parts.catalogue, context, account.id),
    listTeams(parts.catalogue, context, account.id),
    findLogoutEnds(parts.catalogue, account.id),
  ]);
  parts.renderer.send(request, response, SignInSettingsPage, {
    view: belowTabView(call, ['settings', 'Single sign-on'], again),
    path: pathOf(call),
    issuers: parts.config.issuers.map(({ key, name, domains, groupsClaim }) => ({
      key,
      name,
      domains,
      hasGroups: groupsClaim !== null,
    })),
    rules: rules.map(({ id, kind, value, issuer }) => ({
      id,
      kind,
      value: cleanForPage(value),
      issuer: shownIssuer(call, issuer),
    })),
    groups: groups.map(({ teamId, teamName, issuer, groupName }) => ({
      ...{ teamId, issuer, groupName },
      team: cleanForPage(teamName),
      shownGroup: cleanForPage(groupName),
      shownIssuer: shownIssuer(call, issuer),
    })),
    teams: teams.map(({ id, name }) => ({ value: id, label: cleanForPage(name) })),
    ends,
    typed: again?.typed ?? {},
  });
}

export async function saveLogout(call: AccountCall): Promise<void> {
  const { ends } = parseForm(call, logoutSchema);
  await actions.setLogoutEnds(call.parts, call.context, { accountId: call.account.id, ends });
  goTo(call, pathOf(call), 'settings_saved');
}

export async function addRule(call: AccountCall): Promise<void> {
  const { issuer: key, kind, value } = parseForm(call, ruleSchema);
  const rule = { accountId: call.account.id, issuer: issuerOf(call, key), kind, value };
  await actions.addJoinRule(call.parts, call.context, rule);
  goTo(call, pathOf(call), 'join_rule_added');
}

export async function removeRule(call: AccountCall): Promise<void> {
  const ruleId = idFrom<JoinRuleId>(param(call, 'ruleId'));
  await actions.removeJoinRule(call.parts, call.context, { accountId: call.account.id, ruleId });
  goTo(call, pathOf(call), 'join_rule_removed');
}

export async function addGroup(call: AccountCall): Promise<void> {
  const { issuer: key, team, group: groupName } = parseForm(call, groupSchema);
  const added = { accountId: call.account.id, issuer: issuerOf(call, key), teamId: idFrom<TeamId>(team), groupName };
  await actions.addTeamGroup(call.parts, call.context, added);
  goTo(call, pathOf(call), 'team_group_added');
}

export async function removeGroup(call: AccountCall): Promise<void> {
  const { issuer, team, group: groupName } = parseForm(call, groupSchema);
  const removed = { accountId: call.account.id, issuer, teamId: idFrom<TeamId>(team), groupName };
  await actions.removeTeamGroup(call.parts, call.context, removed);
  goTo(call, pathOf(call), 'team_group_removed');
}

/** Throws `not_found`. */
function issuerOf({ parts }: AccountCall, key: string): KnownIssuer {
  const issuer = parts.config.issuers.find((each) => each.key === key);
  if (issuer === undefined) throw new PosternError('not_found', { params: { thing: 'identity provider' } });
  return issuer;
}

function shownIssuer({ parts }: AccountCall, issuer: string): string {
  const known = parts.config.issuers.find((each) => normalIssuer(each.issuer) === issuer);
  return known?.name ?? cleanSentence(issuer);
}

function pathOf({ base }: AccountCall): string {
  return `${base}/settings/sign-in`;
}
