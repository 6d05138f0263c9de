// Which program a token of an issuer speaks for: CI jobs, pods and other workloads that hold no
// secret of Postern's (docs/clients.md, "Programs without a secret").

import { z } from 'zod';
import { PosternError } from '../../errors.ts';

const DAY_MS = 24 * 3_600_000;
const MAX_CONDITIONS = 10;
const MAX_TEXT = 512;
/** Of each condition before its `*`: less would be somebody else's as well. */
const LEAST_PREFIX = 3;

const text = z.string().trim().min(1).max(MAX_TEXT);

export const workloadSchema = z.object({
  /** As `iss` says it, byte for byte; HTTPS. */
  issuer: text.refine(isIssuer, 'the issuer is an https:// address without a query'),
  /** Of the values of `aud`. */
  audience: text,
  /** Claims and what each must be; a `*` at the end stands for anything. */
  conditions: z
    .record(text, text.refine(isNarrow, `a * follows at least ${LEAST_PREFIX} characters and ends the value`))
    .refine((conditions) => Object.keys(conditions).length > 0, 'name at least one claim besides the audience')
    .refine((conditions) => Object.keys(conditions).length <= MAX_CONDITIONS, `at most ${MAX_CONDITIONS} claims`),
  /** Milliseconds; null: as the rules and policies say. */
  longestConnectionMs: z
    .int()
    .min(1_000)
    .max(30 * DAY_MS)
    .nullable(),
});

export type Workload = Readonly<z.infer<typeof workloadSchema>>;

/** Throws `workload_invalid` with what to change. */
export function parseWorkload(input: unknown): Workload {
  const parsed = workloadSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new PosternError('workload_invalid', { params: { problem: issue?.message ?? 'it cannot be read' } });
}

/** Of lines such as `repository=acme/app`. Throws `workload_invalid`. */
export function parseConditions(lines: readonly string[]): Record<string, string> {
  const pairs = lines.map((line) => {
    const at = line.indexOf('=');
    if (at === -1) throw new PosternError('workload_invalid', { params: { problem: 'a claim is written name=value' } });
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()] as const;
  });
  const twice = pairs.find(([name], index) => pairs.findIndex(([other]) => other === name) !== index);
  if (twice !== undefined) {
    throw new PosternError('workload_invalid', { params: { problem: `the claim ${twice[0]} is named twice` } });
  }
  return Object.fromEntries(pairs);
}

/** The first claim that is not as the conditions say; null where all are. */
export function unmetCondition({ conditions }: Workload, claims: Readonly<Record<string, unknown>>): string | null {
  const unmet = Object.entries(conditions).find(([claim, wanted]) => !valuesOf(claims, claim).some(meets(wanted)));
  return unmet?.[0] ?? null;
}

function meets(wanted: string) {
  const prefix = wanted.endsWith('*') ? wanted.slice(0, -1) : null;
  return (value: string) => (prefix === null ? value === wanted : value.startsWith(prefix));
}

/** Kubernetes nests its claims: `kubernetes.io/namespace` is inside `kubernetes.io`. */
function valuesOf(claims: Readonly<Record<string, unknown>>, claim: string): string[] {
  const own = Object.hasOwn(claims, claim) ? claims[claim] : nested(claims, claim);
  return (Array.isArray(own) ? own : [own]).flatMap((value) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [],
  );
}

function nested(claims: Readonly<Record<string, unknown>>, claim: string): unknown {
  for (const [name, value] of Object.entries(claims)) {
    if (!claim.startsWith(`${name}/`) || !isObject(value)) continue;
    const inner = claim.slice(name.length + 1);
    return Object.hasOwn(value, inner) ? value[inner] : nested(value, inner);
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIssuer(issuer: string): boolean {
  const url = URL.parse(issuer);
  return url?.protocol === 'https:' && url.search === '' && url.hash === '' && url.username === '';
}

function isNarrow(value: string): boolean {
  const star = value.indexOf('*');
  return star === -1 || (star === value.length - 1 && star >= LEAST_PREFIX);
}
