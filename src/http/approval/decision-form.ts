// The form of the approval page; scripts rely on its fields (docs/api.md, "Stable names").

import { z } from 'zod';
import { PosternError } from '../../errors.ts';
import { type ComputeId, idFrom, isLoginRequestId } from '../../ids.ts';
import type { ApprovalChoice } from '../../login/decide/judge-approval.ts';
import type { Access, Remember } from '../../login/request/login-request.ts';
import { normalizeUserCode } from '../../login/terms/user-code.ts';

const MAX_ID_CHARACTERS = 64;
// PostgreSQL: NAMEDATALEN - 1
const MAX_IDENTIFIER_BYTES = 63;
const MAX_RELEASED = 100;
// A user code and what people put between two.
const MAX_CODES_CHARACTERS = MAX_RELEASED * 12;

const optionalText = (limit: number) =>
  z
    .string()
    .max(limit)
    .transform((text) => (text.trim() === '' ? null : text.trim()))
    .optional()
    .transform((text) => text ?? null);

const list = z.preprocess(
  (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]),
  z.array(z.string().refine(isLoginRequestId)).max(MAX_RELEASED),
);

const schema = z.object({
  decision: z.enum(['approve', 'deny', 'report', 'more_time', 'second_factor', 'undo', 'remember']),
  account_id: optionalText(MAX_ID_CHARACTERS),
  project_id: optionalText(MAX_ID_CHARACTERS),
  compute_id: optionalText(MAX_ID_CHARACTERS),
  database: optionalText(MAX_IDENTIFIER_BYTES),
  role: optionalText(MAX_IDENTIFIER_BYTES),
  access: z.enum(['read_write', 'read_only']).optional(),
  remember: z.enum(['once', '15m', '1h', '8h']).optional(),
  agent: z.enum(['yes']).optional(),
  user_code: optionalText(32),
  confirm_write: optionalText(32),
  release_waiting: z.enum(['yes']).optional(),
  waiting_id: list,
  waiting_codes: optionalText(MAX_CODES_CHARACTERS),
});

export type DecisionForm = z.output<typeof schema>;

/** What the form had, for showing it again. */
export interface TypedChoice {
  readonly computeId: string | null;
  readonly database: string | null;
  readonly databaseRole: string | null;
  readonly access: Access | null;
  readonly remember: Remember | null;
  readonly forAgent: boolean;
  readonly confirmWrite: string | null;
  readonly releasesWaiting: boolean;
  readonly waitingCodes: string | null;
}

export type ParsedDecision =
  | { readonly kind: 'read'; readonly form: DecisionForm }
  /** `invalid_input` names the first invalid field; the others are as typed. */
  | { readonly kind: 'refused'; readonly error: PosternError; readonly typed: TypedChoice | null };

export function parseDecisionForm(body: unknown): ParsedDecision {
  const parsed = schema.safeParse(body);
  if (parsed.success) return { kind: 'read', form: parsed.data };
  const field = parsed.error.issues[0]?.path[0];
  if (field === undefined || body === undefined) {
    return { kind: 'refused', error: new PosternError('form_empty'), typed: null };
  }
  const error = new PosternError('form_field_invalid', { params: { field: String(field) } });
  return { kind: 'refused', error, typed: choiceOnReturn(body) };
}

/** The form as it was sent before, without what cannot be read; null when there is no choice. */
export function choiceOnReturn(given: unknown): TypedChoice | null {
  const fields = z.record(z.string(), z.unknown()).catch({}).parse(given);
  const choice = schema.omit({ decision: true });
  const wrong = new Set(choice.safeParse(fields).error?.issues.map(({ path }) => String(path[0])));
  const parsed = choice.safeParse(Object.fromEntries(Object.entries(fields).filter(([name]) => !wrong.has(name))));
  return parsed.success && parsed.data.compute_id !== null ? typedChoice(parsed.data) : null;
}

export function typedChoice(form: Omit<DecisionForm, 'decision'>): TypedChoice {
  return {
    computeId: form.compute_id,
    database: form.database,
    databaseRole: form.role,
    access: form.access ?? null,
    remember: form.remember ?? null,
    forAgent: form.agent === 'yes',
    confirmWrite: form.confirm_write,
    releasesWaiting: form.release_waiting === 'yes',
    waitingCodes: form.waiting_codes,
  };
}

/** Null when no compute was chosen. The page groups shared projects under a pseudo-account. */
export function approvalChoice(form: DecisionForm): ApprovalChoice | null {
  if (form.compute_id === null) return null;
  const forAgent = form.agent === 'yes';
  return {
    computeId: idFrom<ComputeId>(form.compute_id),
    accountId: form.account_id,
    projectId: form.project_id,
    database: form.database,
    databaseRole: form.role,
    access: forAgent ? 'read_only' : (form.access ?? 'read_write'),
    remember: forAgent ? '15m' : (form.remember ?? 'once'),
    forAgent,
    userCode: form.user_code,
    confirmsWrite: /^prod(?:uction)?$/i.test(form.confirm_write ?? ''),
    alsoRelease: form.release_waiting === 'yes' ? form.waiting_id : [],
    alsoReleaseCodes: userCodesIn(form.waiting_codes ?? ''),
  };
}

/** At commas, semicolons and white space; what is no code matches nothing. */
function userCodesIn(text: string): string[] {
  return text.split(/[\s,;]+/).flatMap((word) => normalizeUserCode(word) ?? []);
}
