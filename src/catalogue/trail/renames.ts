// How a rename stands in the audit trail: first in the reason of the change, as JSON, so that no
// name can pass for another.

import { z } from 'zod';

/** The reason of a change, with the name before it where that changed. */
export function reasonWithRename(
  { before, after }: { readonly before: string; readonly after: string },
  rest: string | null,
): string | null {
  if (before === after) return rest;
  const renamed = `renamed from ${JSON.stringify(before)}`;
  return rest === null ? renamed : `${renamed}; ${rest}`;
}

/** Null where the reason tells of no rename. */
export function nameBefore(reason: string): string | null {
  const [, quotedName] = /^renamed from ("(?:[^"\\]|\\.)*")/.exec(reason) ?? [];
  return quotedName === undefined ? null : z.string().parse(JSON.parse(quotedName));
}
