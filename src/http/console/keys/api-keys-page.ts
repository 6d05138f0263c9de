// API keys: the person's own on the personal account, the organization's on an organization.

import { z } from 'zod';
import { ApiKeysPage } from '../../../../web/pages/console/keys/api-keys-page.tsx';
import { SecretPage } from '../../../../web/pages/console/secret-page.tsx';
import {
  createOrganizationKey,
  createPersonalKey,
  revokeOrganizationKey,
  revokePersonalKey,
} from '../../../actions/keys/change-keys.ts';
import type { ApiKey } from '../../../catalogue/access/api-key-rows.ts';
import { listOrganizationKeys, listPersonalKeys } from '../../../catalogue/access/api-keys.ts';
import { listProjects } from '../../../catalogue/projects/project-lists.ts';
import { accountResource, may, notFound } from '../../../catalogue/rights/permissions.ts';
import { PosternError } from '../../../errors.ts';
import { idFrom, type ProjectId, personalAccountId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { API_PREFIX } from '../../api/call/api-route.ts';
import { type AccountCall, type Again, goTo, param, parseForm, sendConfirmation } from '../shell/console-call.ts';
import { listingOf } from '../shell/listing.ts';
import { accountView, belowTabView } from '../shell/open-console-view.ts';

const MAX_OFFERED_PROJECTS = 400;

export async function showApiKeys(call: AccountCall, again?: Again): Promise<void> {
  const { parts, request, response, person, account, base, now } = call;
  const keys = await listKeys(call);
  const rows = keys.map((key) => ({
    id: String(key.id),
    name: cleanForPage(key.name),
    projectId: key.projectId,
    createdBy: key.createdBy === null ? null : cleanForPage(key.createdBy.name),
    createdAt: key.createdAt,
    lastUsedAt: key.lastUsedAt,
    lastUsedFrom: key.lastUsedFrom,
  }));
  const isPersonal = account.kind === 'personal';
  const mayCreate = isPersonal || may(person, 'organization_keys.create', accountResource(account.id));
  parts.renderer.send(request, response, ApiKeysPage, {
    view: accountView(call, 'api-keys', again),
    path: `${base}/api-keys`,
    kind: account.kind,
    apiUrl: `${parts.address.url}${API_PREFIX}`,
    listing: listingOf(call, rows, {
      path: `${base}/api-keys`,
      text: ({ name, createdBy, projectId }) => `${name} ${createdBy ?? ''} ${projectId ?? ''}`,
      sorts: {
        name: ({ name }) => name,
        made: ({ createdAt }) => createdAt.getTime(),
        used: ({ lastUsedAt }) => lastUsedAt?.getTime() ?? 0,
      },
    }),
    mayCreate,
    projects: isPersonal || !mayCreate ? [] : await projectChoices(call),
    typed: again?.typed ?? {},
    now,
  });
}

export async function createApiKey(call: AccountCall): Promise<void> {
  const { parts, request, response, context, account, base } = call;
  const form = parseForm(call, z.object({ name: z.string().max(256), project_id: z.string().max(64).default('') }));
  const { apiKey, key } =
    account.kind === 'personal'
      ? await createPersonalKey(parts, ownContext(call), { name: form.name })
      : await createOrganizationKey(parts, context, {
          accountId: account.id,
          name: form.name,
          ...(form.project_id === '' ? {} : { projectId: idFrom<ProjectId>(form.project_id) }),
        });
  await parts.renderer.sendOnce(request, response, SecretPage, {
    view: belowTabView(call, ['api-keys', 'New key']),
    title: `API key ${cleanForPage(apiKey.name)}`,
    lead: 'Copy this key now. You won’t see it again. Anyone who has it can do what it’s allowed to.',
    lines: [
      { label: 'API key', text: key.reveal() },
      { label: 'Try it', text: curlFor(call, key.reveal(), form.project_id) },
      {
        label: 'For neonctl',
        text: `neonctl --api-host ${parts.address.url}${API_PREFIX} --api-key ${key.reveal()} me`,
      },
    ],
    backPath: `${base}/api-keys`,
  });
}

/** Lists what the key reaches. */
function curlFor({ parts, account }: AccountCall, key: string, projectId: string): string {
  const list = account.kind === 'personal' ? '/projects' : `/projects?org_id=${account.id}`;
  const path = projectId === '' ? list : `/projects/${projectId}`;
  return `curl -H "Authorization: Bearer ${key}" "${parts.address.url}${API_PREFIX}${path}"`;
}

export async function askRevokeApiKey(call: AccountCall, again?: Again): Promise<void> {
  const keys = await listKeys(call);
  const key = keys.find(({ id }) => String(id) === param(call, 'keyId'));
  if (key === undefined) throw new PosternError('not_found', { params: { thing: 'API key' } });
  sendConfirmation(call, {
    view: belowTabView(call, ['api-keys', 'Revoke key'], again),
    title: `Revoke API key ${cleanForPage(key.name)}?`,
    text: 'Programs that use it are refused from now on.',
    button: 'Revoke key',
    cancelPath: `${call.base}/api-keys`,
  });
}

export async function revokeApiKey(call: AccountCall): Promise<void> {
  const { parts, context, account, base } = call;
  const keyId = z.coerce.number().int().positive().catch(-1).parse(param(call, 'keyId'));
  if (account.kind === 'personal') await revokePersonalKey(parts, ownContext(call), keyId);
  else await revokeOrganizationKey(parts, context, { accountId: account.id, keyId });
  goTo(call, `${base}/api-keys`, 'key_revoked');
}

async function listKeys(call: AccountCall): Promise<ApiKey[]> {
  const { parts, context, account } = call;
  if (account.kind === 'personal') return listPersonalKeys(parts.catalogue, ownContext(call));
  return listOrganizationKeys(parts.catalogue, context, account.id);
}

/** Personal keys are shown only to the owner of the personal account. */
function ownContext({ person, account, context }: AccountCall) {
  if (account.id !== personalAccountId(person.userId)) throw notFound(accountResource(account.id));
  return context;
}

async function projectChoices({ parts, context, account }: AccountCall) {
  const { items } = await listProjects(parts.catalogue, context, {
    accountId: account.id,
    limit: MAX_OFFERED_PROJECTS,
  });
  return items.map(({ id, name }) => ({ value: id, label: `${cleanForPage(name)} (${id})` }));
}
