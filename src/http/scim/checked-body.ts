// Checks what was sent against a schema, and says which field is wrong.

import type { z } from 'zod';
import { PosternError } from '../../errors.ts';

/** Throws `invalid_input`. */
export function checkedBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new PosternError('invalid_field', {
    params: { field: field === '' ? 'the body' : field, rule: issue?.message ?? 'invalid' },
  });
}
