// The fields that many resources share on the wire.

import { z } from 'zod';
import { PosternError } from '../../../errors.ts';
import { type AccountId, type BranchId, idFrom, isOrganizationId, type ProjectId } from '../../../ids.ts';
import { quoted } from '../../../untrusted-text.ts';

type AnyId = ReturnType<typeof idFrom>;

/** RFC 3339, UTC. */
export const timeField = z.iso.datetime().meta({ example: '2022-11-23T17:42:25Z' });
/** In a query, in any offset. The plus sign of one that was not escaped arrives as a space. */
export const momentField = z
  .string()
  .transform((text) => text.replace(/ (?=\d\d:\d\d$)/, '+'))
  .pipe(z.iso.datetime({ offset: true }))
  .meta({ type: 'string', format: 'date-time' });
// Neon API 2.7.3: named ids
export const namedIdField = z.string().regex(/^[a-z0-9-]{1,60}$/);
export const uuidField = z.uuid();
export const nameField = z.string().min(1).max(256);
export const emailField = z.string().min(1).max(256).meta({ format: 'email' });
export const countField = z.int().min(0);
export const jsonObjectField = z.record(z.string(), z.unknown());

const MAX_ID_CHARACTERS = 256;

/** An id in a path or query; whether it exists is for the catalogue to say. */
export function idField<T extends AnyId>() {
  return z
    .string()
    .min(1)
    .max(MAX_ID_CHARACTERS)
    .transform((text) => idFrom<T>(text));
}

/** An organization's id in a path or query. Throws `not_found` for another form. */
export const organizationIdField = z.string().transform(organizationNamed).meta({ type: 'string' });

/** The id, which need not exist. Throws `not_found` for another form. */
export function organizationNamed(text: string): AccountId {
  if (isOrganizationId(text)) return idFrom<AccountId>(text);
  throw new PosternError('not_found', { params: { thing: `organization ${quoted(text)}` } });
}

// Stands for the system and for removed people where Neon requires a person.
const NOBODY = '00000000-0000-0000-0000-000000000000';

export function personOrNobody(userId: string | null): string {
  return userId ?? NOBODY;
}

export const projectParams = z.object({ project_id: idField<ProjectId>() });

export function placeOf(params: { readonly project_id: ProjectId; readonly branch_id: BranchId }) {
  return { projectId: params.project_id, branchId: params.branch_id };
}
