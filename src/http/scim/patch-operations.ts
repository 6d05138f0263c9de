// The operations of a PATCH (RFC 7644, 3.5.2) as Okta, Entra ID and others send them: `op` in any
// case, values without a path, paths within a value, truth as text. What is not kept is skipped.

import { filter as matcher } from 'scim2-parse-filter';
import { z } from 'zod';
import { parseScimFilter } from '../../catalogue/scim/parse-scim-filter.ts';
import { PosternError } from '../../errors.ts';
import { checkedBody } from './checked-body.ts';

const MAX_OPERATIONS = 1_000;
const MAX_PATH_CHARACTERS = 512;
/** A user has some twenty attributes. */
const MAX_NAMES = 100;

export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: PatchPath;
  readonly value: unknown;
}

/** `emails[type eq "work"].value`; names in lower case. */
export interface PatchPath {
  readonly text: string;
  readonly attribute: string;
  readonly filter: string | null;
  readonly sub: string | null;
}

const bodySchema = z.object({
  Operations: z
    .array(
      z.object({
        op: z
          .string()
          .transform((op) => op.toLowerCase())
          .pipe(z.enum(['add', 'replace', 'remove'])),
        path: z.string().max(MAX_PATH_CHARACTERS).nullish(),
        value: z.unknown().optional(),
      }),
    )
    .min(1)
    .max(MAX_OPERATIONS),
});

/** One for each attribute. Throws `invalid_input`, `invalid_path`. */
export function patchOperations(body: unknown): PatchOperation[] {
  const operations = checkedBody(bodySchema, body).Operations.flatMap(({ op, path, value }) => {
    if (path !== null && path !== undefined && path !== '') return operationsAt(op, path, value);
    if (op === 'remove' || !isRecord(value)) throw new PosternError('scim_path', { params: { path: '' } });
    const parts = Object.entries(value);
    // A value without a path is as many operations as it has names.
    if (parts.length > MAX_NAMES) throw new PosternError('scim_path', { params: { path: '' } });
    return parts.flatMap(([name, part]) => operationsAt(op, name, part));
  });
  if (operations.length > MAX_OPERATIONS) throw new PosternError('scim_path', { params: { path: '' } });
  return operations;
}

function operationsAt(op: PatchOperation['op'], path: string, value: unknown): PatchOperation[] {
  const parsed = parsePath(path);
  return parsed === null ? [] : [{ op, path: parsed, value }];
}

const CORE = /^urn:ietf:params:scim:schemas:core:2\.0:(?:user|group):/i;
const PATH = /^([a-z$][\w$-]*)(?:\[([^\]]{1,400})\])?(?:\.([a-z$][\w$-]*))?$/i;

/** Null for an extension of the schema, of which nothing is kept. Throws `invalid_path`. */
function parsePath(text: string): PatchPath | null {
  const plain = text.trim().replace(CORE, '');
  if (/^urn:/i.test(plain)) return null;
  const [, attribute, filter = null, sub] = PATH.exec(plain) ?? [];
  if (attribute === undefined) throw new PosternError('scim_path', { params: { path: text.slice(0, 64) } });
  return { text, attribute: attribute.toLowerCase(), filter, sub: sub?.toLowerCase() ?? null };
}

/** Whether an element of a list is meant. Throws `invalid_filter`. */
export function elementMatcher(filter: string): (element: object) => boolean {
  return matcher(parseScimFilter(filter));
}

/** The one value that `value eq "x"` means; null for any other filter. Throws `invalid_filter`. */
export function onlyValueIn(filter: string): unknown {
  const parsed = parseScimFilter(filter);
  return parsed.op === 'eq' && parsed.attrPath.toLowerCase() === 'value' ? parsed.compValue : null;
}

/** What `type eq "work"` asks for, to be given to an element that is not there yet. */
export function equalitiesIn(filter: string): Readonly<Record<string, unknown>> {
  const parsed = parseScimFilter(filter);
  const leaves = parsed.op === 'and' ? parsed.filters : [parsed];
  return Object.fromEntries(
    leaves.flatMap((leaf) => (leaf.op === 'eq' ? [[leaf.attrPath.toLowerCase(), leaf.compValue] as const] : [])),
  );
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
