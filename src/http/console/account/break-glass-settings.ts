// The people who may break the glass in an organization, and what was broken.

import { z } from 'zod';
import { BreakGlassSettingsPage } from '../../../../web/pages/console/account/break-glass-settings-page.tsx';
import * as actions from '../../../actions/asking/break-glass.ts';
import { listMembers } from '../../../catalogue/accounts/member-lists.ts';
import { listGlassPeople } from '../../../catalogue/asking/glass-people.ts';
import { listBrokenGlass } from '../../../catalogue/asking/request-lists.ts';
import { listNotificationTargets } from '../../../catalogue/notifications/notification-targets.ts';
import { accountResource, may } from '../../../catalogue/rights/permissions.ts';
import { idFrom, type UserId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { getMemberByEmail, MOST_SUGGESTED } from '../people/find-member.ts';
import { requestView } from '../requests/request-view.ts';
import { type AccountCall, type Again, goTo, param, parseForm } from '../shell/console-call.ts';
import { belowTabView } from '../shell/open-console-view.ts';

export async function showBreakGlassSettings(call: AccountCall, again?: Again): Promise<void> {
  const { parts, request, response, context, account, person, now } = call;
  const mayChange = may(person, 'break_glass.change', accountResource(account.id));
  const people = await listGlassPeople(parts.catalogue, context, account.id);
  const broken = await listBrokenGlass(parts.catalogue, context, account.id);
  const targets = mayChange ? await listNotificationTargets(parts.catalogue, context, account.id) : [];
  const wanted = { accountId: account.id, sortBy: 'email', sortOrder: 'asc', limit: MOST_SUGGESTED } as const;
  const { members } = await listMembers(parts.catalogue, context, wanted);
  const named = new Set<string>(people.map(({ userId }) => userId));
  parts.renderer.send(request, response, BreakGlassSettingsPage, {
    view: belowTabView(call, ['settings', 'Break the glass'], again),
    path: pathOf(call),
    people: people.map(({ userId, name, email, namedBy, namedAt }) => ({
      ...{ userId, namedAt, name: cleanForPage(name), email: cleanForPage(email) },
      namedBy: namedBy === null ? null : cleanForPage(namedBy),
    })),
    broken: broken.map((each) => requestView(each, now)),
    others: members.filter(({ userId }) => !named.has(userId)).map(({ email }) => cleanForPage(email)),
    notificationsPath: targets.length > 0 || !mayChange ? null : `${call.base}/settings/notifications`,
    mayChange,
    typed: again?.typed ?? {},
    now,
  });
}

export async function namePerson(call: AccountCall): Promise<void> {
  const { email } = parseForm(call, z.object({ email: z.string().max(256) }));
  const { userId } = await getMemberByEmail(call, email);
  await actions.nameGlassPerson(call.parts, call.context, { accountId: call.account.id, userId });
  goTo(call, pathOf(call), 'glass_person_named');
}

export async function removePerson(call: AccountCall): Promise<void> {
  const userId = idFrom<UserId>(param(call, 'userId'));
  await actions.unnameGlassPerson(call.parts, call.context, { accountId: call.account.id, userId });
  goTo(call, pathOf(call), 'glass_person_removed');
}

function pathOf({ base }: AccountCall): string {
  return `${base}/settings/break-glass`;
}
