// Provisioning by SCIM: the base URL and keys of an organization, and whom its identity provider
// pushed.

import { z } from 'zod';
import { ScimPage } from '../../../../web/pages/console/people/scim-page.tsx';
import { SecretPage } from '../../../../web/pages/console/secret-page.tsx';
import { createSinglePurposeKey, revokeOrganizationKey } from '../../../actions/keys/change-keys.ts';
import { listSinglePurposeKeys } from '../../../catalogue/access/api-keys.ts';
import { accountResource, may } from '../../../catalogue/rights/permissions.ts';
import { listScimUsers } from '../../../catalogue/scim/scim-users.ts';
import { PosternError } from '../../../errors.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { scimBaseUrl } from '../../scim/scim-call.ts';
import { type Again, goTo, param, parseForm, sendConfirmation } from '../shell/console-call.ts';
import { belowTabView } from '../shell/open-console-view.ts';
import { type PeopleCall, peopleProps } from './members-page.ts';

const SHOWN_USERS = 200;
const nameSchema = z.object({ name: z.string().max(256) });

export async function showScim(call: PeopleCall, again?: Again): Promise<void> {
  const { parts, request, response, context, account, person } = call;
  const asked = { accountId: account.id, filter: null, offset: 0, limit: SHOWN_USERS };
  const [keys, { users, total }] = await Promise.all([
    listSinglePurposeKeys(parts.catalogue, context, { accountId: account.id, kind: 'scim' }),
    listScimUsers(parts.catalogue, context, asked),
  ]);
  parts.renderer.send(request, response, ScimPage, {
    ...(await peopleProps(call, 'provisioning', again)),
    path: pathOf(call),
    baseUrl: scimBaseUrl(parts.address, account.id),
    mayCreate: may(person, 'organization_keys.create', accountResource(account.id)),
    keys: keys.map((key) => ({
      ...{ id: String(key.id), name: cleanForPage(key.name), createdAt: key.createdAt },
      createdBy: key.createdBy === null ? null : cleanForPage(key.createdBy.name),
      ...{ lastUsedAt: key.lastUsedAt, lastUsedFrom: key.lastUsedFrom },
    })),
    users: users.map(({ id, userName, email, active, userId }) => ({
      ...{ id, userName: cleanForPage(userName), email: cleanForPage(email) },
      state: active ? (userId === null ? 'Not joined yet' : 'Member') : 'Deactivated',
    })),
    total,
    typed: again?.typed ?? {},
  });
}

export async function createKey(call: PeopleCall): Promise<void> {
  const { parts, request, response, context, account } = call;
  const { name } = parseForm(call, nameSchema);
  const { apiKey, key } = await createSinglePurposeKey(parts, context, { accountId: account.id, name, kind: 'scim' });
  await parts.renderer.sendOnce(request, response, SecretPage, {
    view: belowTabView(call, ['people', 'New SCIM key']),
    title: `SCIM key ${cleanForPage(apiKey.name)}`,
    lead: 'Give both to your identity provider now. You won’t see the key again. Anyone who has it can end the access of any member but the last admin.',
    lines: [
      { label: 'Base URL', text: scimBaseUrl(parts.address, account.id) },
      { label: 'SCIM key', text: key.reveal() },
    ],
    backPath: pathOf(call),
  });
}

export async function askRevokeKey(call: PeopleCall, again?: Again): Promise<void> {
  const key = await keyOf(call);
  sendConfirmation(call, {
    view: belowTabView(call, ['people', 'Revoke key'], again),
    title: `Revoke SCIM key ${cleanForPage(key.name)}?`,
    text: 'The identity provider can no longer provision anybody with it. Members, groups and users stay as they are now.',
    button: 'Revoke key',
    cancelPath: pathOf(call),
  });
}

export async function revokeKey(call: PeopleCall): Promise<void> {
  const { id: keyId } = await keyOf(call);
  await revokeOrganizationKey(call.parts, call.context, { accountId: call.account.id, keyId });
  goTo(call, pathOf(call), 'key_revoked');
}

async function keyOf(call: PeopleCall) {
  const keys = await listSinglePurposeKeys(call.parts.catalogue, call.context, {
    accountId: call.account.id,
    kind: 'scim',
  });
  const key = keys.find(({ id }) => String(id) === param(call, 'keyId'));
  if (key === undefined) throw new PosternError('not_found', { params: { thing: 'SCIM key' } });
  return key;
}

function pathOf({ place }: PeopleCall): string {
  return `${place}/provisioning`;
}
