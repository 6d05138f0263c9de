// A group on the wire (RFC 7643, 4.2): read from a body, changed by a patch, written to an answer.

import { z } from 'zod';
import type { GroupMember } from '../../catalogue/scim/scim-group-members.ts';
import type { ScimGroup, ScimGroupInput } from '../../catalogue/scim/scim-groups.ts';
import { PosternError } from '../../errors.ts';
import { idFrom, type ScimUserId } from '../../ids.ts';
import { checkedBody } from './checked-body.ts';
import { onlyValueIn, type PatchOperation } from './patch-operations.ts';
import { metaOf, type ScimCall } from './scim-call.ts';

export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';

const MAX_MEMBERS = 20_000;

const memberSchema = z.union([
  z.string().max(64),
  z.object({ value: z.string().max(64) }).transform(({ value }) => value),
]);
const membersSchema = z
  .union([z.array(memberSchema).max(MAX_MEMBERS), memberSchema.transform((member) => [member])])
  .transform((members) => members.map((id) => idFrom<ScimUserId>(id)));

const bodySchema = z.object({
  displayName: z.string().min(1).max(256),
  externalId: z.string().max(256).nullish(),
  members: membersSchema.nullish(),
});

/** The whole group, of a POST or PUT. Throws `invalid_input`. */
export function groupIn(body: unknown): ScimGroupInput {
  const { displayName, externalId, members } = checkedBody(bodySchema, body);
  return { displayName, externalId: orNull(externalId), members: new Set(members ?? []) };
}

interface Draft {
  displayName: unknown;
  externalId: unknown;
  readonly members: Set<ScimUserId>;
}

/** The group after the operations, all or none. Throws `invalid_input`, `invalid_path`. */
export function patchedGroup(
  { displayName, externalId }: ScimGroup,
  before: ReadonlySet<ScimUserId>,
  operations: readonly PatchOperation[],
): ScimGroupInput {
  const draft: Draft = { displayName, externalId, members: new Set(before) };
  for (const operation of operations) patchAttribute(draft, operation);
  const { members, ...rest } = draft;
  if (members.size > MAX_MEMBERS) throw new PosternError('scim_group_full', { params: { limit: String(MAX_MEMBERS) } });
  return { ...groupIn(rest), members };
}

function patchAttribute(draft: Draft, operation: PatchOperation): void {
  const { op, path, value } = operation;
  switch (path.attribute) {
    case 'members':
      patchMembers(draft.members, operation);
      return;
    case 'displayname':
      if (op === 'remove') throw new PosternError('scim_read_only', { params: { attribute: 'displayName' } });
      draft.displayName = value;
      return;
    case 'externalid':
      draft.externalId = op === 'remove' ? null : value;
      return;
    // Okta sends the group's id along with its new name.
    default:
      return;
  }
}

function patchMembers(members: Set<ScimUserId>, { op, path, value }: PatchOperation): void {
  if (path.filter !== null) {
    if (op !== 'remove') throw new PosternError('scim_path', { params: { path: path.text.slice(0, 64) } });
    // Providers name one; any other filter would be compared with all members, once an operation.
    const named = onlyValueIn(path.filter);
    if (typeof named !== 'string') throw new PosternError('scim_path', { params: { path: path.text.slice(0, 64) } });
    members.delete(idFrom<ScimUserId>(named));
    return;
  }
  const given = value === undefined || value === null ? [] : checkedBody(membersSchema, value);
  // Entra ID names those to remove in the value; without any, all are meant (RFC 7644, 3.5.2.2).
  if (op === 'remove') {
    if (value === undefined || value === null) members.clear();
    for (const id of given) members.delete(id);
    return;
  }
  if (op === 'replace') members.clear();
  for (const id of given) members.add(id);
}

function orNull(text: string | null | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

export function groupResource(call: ScimCall, group: ScimGroup, members: readonly GroupMember[]) {
  const { id, displayName, externalId } = group;
  return {
    schemas: [GROUP_SCHEMA],
    id,
    ...(externalId === null ? {} : { externalId }),
    displayName,
    members: members.map((member) => ({
      ...{ value: member.id, display: member.name, type: 'User' },
      $ref: `${call.baseUrl}/Users/${member.id}`,
    })),
    meta: metaOf(call, 'Group', group),
  };
}
