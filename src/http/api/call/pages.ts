// Neon's two shapes of "there is more": a cursor alone (A), and a cursor with the order that it
// belongs to (B).

import { z } from 'zod';

export const paginationShape = z.object({ cursor: z.string().min(1) }).meta({ id: 'Pagination' });
export const cursorPaginationShape = z
  .object({ next: z.string().optional(), sort_by: z.string().optional(), sort_order: z.string().optional() })
  .meta({ id: 'CursorPagination' });

/** Shape A. Every full page has a cursor, since clients stop only at a page that is not full. */
export function paginationOf(cursor: string | null): { pagination?: z.input<typeof paginationShape> } {
  return cursor === null ? {} : { pagination: { cursor } };
}

/** Shape B. */
export function cursorPaginationOf(
  next: string | null,
  order: { readonly sort_by: string; readonly sort_order: string },
): { pagination: z.input<typeof cursorPaginationShape> } {
  return { pagination: next === null ? order : { next, ...order } };
}
