// Reads the groups of a person from the configured claim: texts or objects, a list or a single one.

import { z } from 'zod';
import { assertNever } from '../../../assert-never.ts';
import { type Claims, claimAt, claimsElsewhere } from './oidc-claims.ts';

/**
 * `missing`: several providers leave the claim out for people without groups, so it counts as none.
 * `elsewhere`: there are groups that the tokens do not hold, so nobody loses anything by it.
 */
export type ReadGroups =
  | { readonly kind: 'not_read' }
  | { readonly kind: 'listed'; readonly groups: readonly string[] }
  | { readonly kind: 'missing' }
  | { readonly kind: 'elsewhere' };

/** Beyond these, as many as a token may hold elsewhere, some would be missing. */
const MOST_GROUPS = 5_000;
const MAX_GROUP_CHARACTERS = 512;

const groupSchema = z.union([
  z.string(),
  z.number().transform(String),
  z
    .object({ id: z.unknown(), value: z.unknown(), name: z.unknown(), displayName: z.unknown(), display: z.unknown() })
    .partial(),
]);

export function readGroups(sources: readonly Claims[], claim: string | null): ReadGroups {
  if (claim === null) return { kind: 'not_read' };
  const values = sources.map((source) => claimAt(source, claim)).filter((value) => value !== undefined);
  // Entra ID: `_claim_names` in codes for sign-in, `hasgroups` in tokens from the front channel.
  const isElsewhere = claimsElsewhere(sources).includes(claim) || sources.some(({ hasgroups }) => isTrue(hasgroups));
  if (isElsewhere) return { kind: 'elsewhere' };
  if (values.length === 0) return { kind: 'missing' };
  const groups = [...new Set(values.flatMap((value) => (Array.isArray(value) ? value : [value])).flatMap(namesOf))];
  return groups.length > MOST_GROUPS ? { kind: 'elsewhere' } : { kind: 'listed', groups };
}

/** For the catalogue; null where they are not read. */
export function groupsFrom(read: ReadGroups): readonly string[] | 'unknown' | null {
  switch (read.kind) {
    case 'not_read':
      return null;
    case 'listed':
      return read.groups;
    case 'missing':
      return [];
    case 'elsewhere':
      return 'unknown';
    default:
      return assertNever(read);
  }
}

/** Every name of a group, since an admin may have mapped any of them. */
function namesOf(value: unknown): string[] {
  const group = groupSchema.safeParse(value).data;
  if (group === undefined) return [];
  const names = typeof group === 'string' ? [group] : Object.values(group);
  return names
    .filter((name) => typeof name === 'string')
    .map((name) => name.trim().normalize('NFC'))
    .filter((name) => name !== '' && name.length <= MAX_GROUP_CHARACTERS);
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 1;
}
