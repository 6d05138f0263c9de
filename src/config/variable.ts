// One environment variable: its default, what it means, and how its text becomes a value.

import type { z } from 'zod';

export interface Variable<T> {
  readonly kind: 'plain' | 'secret';
  /** In the variable's own notation; empty: unset. */
  readonly default: string;
  readonly meaning: string;
  readonly parse: z.ZodType<T, string>;
}

export function plain<T>(byDefault: string, meaning: string, parse: z.ZodType<T, string>): Variable<T> {
  return { kind: 'plain', default: byDefault, meaning, parse };
}

export function secret<T>(byDefault: string, meaning: string, parse: z.ZodType<T, string>): Variable<T> {
  return { kind: 'secret', default: byDefault, meaning, parse };
}
