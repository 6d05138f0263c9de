// An account's settings: its name, its policy for logins and connections, and its end.

import { z } from 'zod';
import { AccountSettingsPage } from '../../../../web/pages/console/account/account-settings-page.tsx';
import {
  changeAccountPolicy,
  deleteOrganization,
  renameOrganization,
} from '../../../actions/organizations/change-organization.ts';
import { countRemembered } from '../../../actions/people/remembered-approvals.ts';
import { findMembership } from '../../../catalogue/accounts/member-lists.ts';
import { accountResource, may, requireMay } from '../../../catalogue/rights/permissions.ts';
import { PosternError } from '../../../errors.ts';
import { personalAccountId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type AccountCall, type Again, goTo, parseForm, sendConfirmation } from '../shell/console-call.ts';
import { accountView, belowTabView } from '../shell/open-console-view.ts';
import { isSamePolicy, policyForm, policyFromForm, policySchema } from '../shell/policy-form.ts';

export async function showSettings(call: AccountCall, again?: Again): Promise<void> {
  const { parts, request, response, person, account, base } = call;
  const resource = accountResource(account.id);
  requireMay(person, 'account.read_policy', resource);
  const membership = await findMembership(parts.catalogue, { accountId: account.id, userId: person.userId });
  parts.renderer.send(request, response, AccountSettingsPage, {
    view: accountView(call, 'settings', again),
    path: `${base}/settings`,
    kind: account.kind,
    id: account.id,
    name: again?.typed.name ?? account.name,
    mayRename: may(person, 'account.change', resource),
    mayChangePolicy: may(person, 'account.change_policy', resource),
    mayDelete: may(person, 'account.delete', resource),
    policy: policyForm('account', account, again?.typed ?? null),
    rememberedCount: await countRemembered(parts, { accountId: account.id }),
    signInPath:
      account.kind === 'organization' && parts.config.issuers.length > 0 && may(person, 'joining.change', resource)
        ? `${base}/settings/sign-in`
        : null,
    secondFactorPath:
      account.kind === 'organization' && may(person, 'account.change_policy', resource)
        ? `${base}/settings/second-factor`
        : null,
    demandsSecondFactor: account.demandsSecondFactor,
    notificationsPath: may(person, 'notifications.change', resource) ? `${base}/settings/notifications` : null,
    breakGlassPath:
      account.kind === 'organization' && may(person, 'break_glass.read', resource)
        ? `${base}/settings/break-glass`
        : null,
    leavePath: membership === null ? null : `${base}/people/members/${membership.id}/remove`,
  });
}

export async function renameAccount(call: AccountCall): Promise<void> {
  const { parts, context, account, base } = call;
  const { name } = parseForm(call, z.object({ name: z.string().max(256) }));
  if (account.kind === 'personal') throw new PosternError('not_found', { params: { thing: 'organization' } });
  await renameOrganization(parts, context, { accountId: account.id, name });
  goTo(call, `${base}/settings`, {
    code: 'settings_saved',
    title: `Renamed to ${cleanForPage(name.trim())}`,
    undo: { action: `${base}/settings/name`, fields: { name: account.name } },
  });
}

export async function savePolicy(call: AccountCall): Promise<void> {
  const { parts, context, account, base } = call;
  const form = parseForm(call, policySchema);
  const { policy, passwordlessAccess } = policyFromForm({ of: 'account', policy: account.policy }, form);
  if (isSamePolicy('account', account, { policy, passwordlessAccess }))
    return goTo(call, `${base}/settings`, 'policy_same');
  await changeAccountPolicy(parts, context, { accountId: account.id, policy, passwordlessAccess });
  goTo(call, `${base}/settings`, 'policy_saved');
}

export async function askDeleteAccount(call: AccountCall, again?: Again): Promise<void> {
  const { person, account, base } = call;
  requireMay(person, 'account.delete', accountResource(account.id));
  const name = cleanForPage(account.name);
  sendConfirmation(call, {
    view: belowTabView(call, ['settings', 'Delete organization'], again),
    title: `Delete ${name}?`,
    text: 'Its members, invitations and API keys are gone for good. Projects must be deleted or moved first.',
    button: 'Delete organization',
    cancelPath: `${base}/settings`,
    typeName: name,
    typed: again?.typed.name,
  });
}

export async function deleteAccount(call: AccountCall): Promise<void> {
  const { parts, context, account, person } = call;
  requireMay(person, 'account.delete', accountResource(account.id));
  const { name } = parseForm(call, z.object({ name: z.string().max(256) }));
  if (name.trim() !== cleanForPage(account.name)) {
    throw new PosternError('name_mismatch');
  }
  await deleteOrganization(parts, context, account.id);
  goTo(call, `/app/${personalAccountId(person.userId)}/projects`, 'organization_deleted');
}
