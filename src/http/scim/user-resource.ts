// A user on the wire (RFC 7643, 4.1): read from a body, changed by a patch, written to an answer.

import { z } from 'zod';
import { attributesSchema, type ScimUser, type ScimUserInput } from '../../catalogue/scim/scim-user.ts';
import { PosternError } from '../../errors.ts';
import { checkedBody } from './checked-body.ts';
import { elementMatcher, equalitiesIn, isRecord, type PatchOperation, type PatchPath } from './patch-operations.ts';
import { metaOf, type ScimCall } from './scim-call.ts';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';

// Entra ID sends "True" and "False".
const truth = z.preprocess(
  (value) => (typeof value === 'string' ? ({ true: true, false: false }[value.toLowerCase()] ?? value) : value),
  z.boolean(),
);

/** While it is patched, too: each filter looks at all of them. */
const MAX_EMAILS = 20;

const emailSchema = z.preprocess(
  (value) => (isRecord(value) ? { ...lowerCased(value), ...truthOf(lowerCased(value).primary) } : { value }),
  z.object({ value: z.string().min(1).max(256), type: z.string().max(256).nullish(), primary: truth.nullish() }),
);

const bodySchema = z.object({
  username: z.string().min(1).max(256),
  externalid: z.string().max(256).nullish(),
  active: truth.nullish(),
  displayname: z.string().max(256).nullish(),
  name: z
    .preprocess(
      (value) => (isRecord(value) ? lowerCased(value) : value),
      z.object({
        formatted: z.string().max(256).nullish(),
        givenname: z.string().max(256).nullish(),
        familyname: z.string().max(256).nullish(),
      }),
    )
    .nullish(),
  emails: z.array(emailSchema).max(MAX_EMAILS).nullish(),
});

/** The whole user, of a POST or PUT. Throws `invalid_input`. */
export function userIn(body: unknown): ScimUserInput {
  const user = checkedBody(bodySchema, isRecord(body) ? lowerCased(body) : body);
  const { givenname: givenName, familyname: familyName, formatted } = user.name ?? {};
  const external = user.externalid ?? '';
  return {
    userName: user.username,
    externalId: external === '' ? null : external,
    active: user.active ?? true,
    ...attributesSchema.parse({
      displayName: user.displayname,
      name: user.name == null ? undefined : { formatted, givenName, familyName },
      emails: (user.emails ?? []).map(({ value, type, primary }) => ({ value, type, primary: primary ?? undefined })),
    }),
  };
}

/** Names of attributes are the same in any case (RFC 7643, 2.1). */
function lowerCased(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name.toLowerCase(), part]));
}

function truthOf(primary: unknown) {
  return primary === undefined ? {} : { primary };
}

type Draft = Record<string, unknown> & { name: Record<string, unknown>; emails: Array<Record<string, unknown>> };

const READ_ONLY = new Set(['id', 'meta', 'groups']);
const SINGLE = new Set(['username', 'externalid', 'displayname', 'active']);
const NAME_PARTS = new Set(['formatted', 'givenname', 'familyname']);
const EMAIL_PARTS = new Set(['value', 'type', 'primary']);

/** The user after the operations, all or none. Throws `invalid_input`, `invalid_path`. */
export function patchedUser(user: ScimUser, operations: readonly PatchOperation[]): ScimUserInput {
  const { userName, externalId, active, displayName, name, emails } = user;
  const draft: Draft = {
    ...{ username: userName, externalid: externalId, active, displayname: displayName },
    name: lowerCased(name ?? {}),
    emails: emails.map((email) => ({ ...email })),
  };
  for (const operation of operations) patchAttribute(draft, operation);
  return userIn(draft);
}

function patchAttribute(draft: Draft, operation: PatchOperation): void {
  const { op, path } = operation;
  if (READ_ONLY.has(path.attribute)) {
    // Sent along with the rest by some; an operation of its own is a mistake.
    if (op === 'replace' && path.filter === null && path.sub === null) return;
    throw new PosternError('scim_read_only', { params: { attribute: path.attribute } });
  }
  if (path.attribute === 'name') patchName(draft, operation);
  else if (path.attribute === 'emails') patchEmails(draft, operation);
  else if (SINGLE.has(path.attribute)) patchSingle(draft, operation);
}

function patchSingle(draft: Draft, { op, path, value }: PatchOperation): void {
  if (path.filter !== null || path.sub !== null) throw refusedPath(path.text);
  if (op === 'remove') {
    if (path.attribute === 'username') throw new PosternError('scim_read_only', { params: { attribute: 'userName' } });
    draft[path.attribute] = null;
  } else draft[path.attribute] = value;
}

function patchName(draft: Draft, { op, path, value }: PatchOperation): void {
  if (path.filter !== null) throw refusedPath(path.text);
  if (path.sub === null) {
    if (op === 'remove') draft.name = {};
    else if (isRecord(value)) Object.assign(draft.name, lowerCased(value));
    else throw refusedPath(path.text);
  } else if (NAME_PARTS.has(path.sub)) draft.name[path.sub] = op === 'remove' ? null : value;
}

function patchEmails(draft: Draft, operation: PatchOperation): void {
  const { filter, sub } = operation.path;
  if (sub !== null && !EMAIL_PARTS.has(sub)) return;
  if (filter === null && sub === null) patchAllEmails(draft, operation);
  else if (operation.op === 'remove') removeFromEmails(draft, operation.path);
  else setInEmails(draft, operation);
}

function removeFromEmails(draft: Draft, { filter, sub }: PatchPath): void {
  const isMeant = filter === null ? () => true : elementMatcher(filter);
  if (sub === null || sub === 'value') draft.emails = draft.emails.filter((email) => !isMeant(email));
  else for (const email of draft.emails) if (isMeant(email)) delete email[sub];
}

/** Entra ID replaces what was never there (`emails[type eq "work"].value`): it is added. */
function setInEmails(draft: Draft, { path, value }: PatchOperation): void {
  if (draft.emails.length > MAX_EMAILS) throw refusedPath(path.text);
  const isMeant = path.filter === null ? () => true : elementMatcher(path.filter);
  const found = draft.emails.filter((email) => isMeant(email));
  const added = path.filter === null ? {} : { ...equalitiesIn(path.filter) };
  if (found.length === 0) draft.emails.push(added);
  for (const email of found.length === 0 ? [added] : found) {
    if (path.sub !== null) email[path.sub] = value;
    else if (isRecord(value)) Object.assign(email, lowerCased(value));
    else throw refusedPath(path.text);
  }
}

function patchAllEmails(draft: Draft, { op, value }: PatchOperation): void {
  const given =
    value === undefined || value === null
      ? []
      : [value].flat().map((each) => (isRecord(each) ? lowerCased(each) : { value: each }));
  if (given.length > MAX_EMAILS) throw refusedPath('emails');
  const values = new Set(given.map((email) => email.value));
  const others = draft.emails.filter((email) => !values.has(email.value));
  if (op === 'replace') draft.emails = given;
  else if (op === 'add') draft.emails = [...others, ...given];
  else draft.emails = given.length === 0 ? [] : others;
}

function refusedPath(path: string): PosternError {
  return new PosternError('scim_path', { params: { path: path.slice(0, 64) } });
}

type GroupsOfUser = ReadonlyArray<{ readonly id: string; readonly name: string }>;

export function userResource(call: ScimCall, user: ScimUser, groups: GroupsOfUser) {
  const { id, userName, externalId, active, displayName, name, emails } = user;
  return {
    schemas: [USER_SCHEMA],
    id,
    ...(externalId === null ? {} : { externalId }),
    userName,
    ...(name === undefined ? {} : { name }),
    ...(displayName === undefined ? {} : { displayName }),
    emails,
    active,
    groups: groups.map((group) => ({
      ...{ value: group.id, display: group.name, type: 'direct' },
      $ref: `${call.baseUrl}/Groups/${group.id}`,
    })),
    meta: metaOf(call, 'User', user),
  };
}
