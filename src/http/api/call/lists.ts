// The queries of lists, and Neon's two shapes of "there is more": A a cursor, B with its order.

import { z } from 'zod';

const MAX_CURSOR_CHARACTERS = 512;
const MAX_SEARCH_CHARACTERS = 256;

export function limitField({ byDefault, most }: { readonly byDefault: number; readonly most: number }) {
  return wholeNumberField({ least: 1, most })
    .default(byDefault)
    .meta({ ...integerSchema({ least: 1, most }), default: byDefault });
}

/** A number in a query: digits only, unlike what JavaScript accepts. */
export function wholeNumberField(bounds: Bounds) {
  return z
    .string()
    .regex(/^\d+$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.int().min(bounds.least).max(bounds.most))
    .meta(integerSchema(bounds));
}

interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** For the OpenAPI document: a query is text on the wire only. */
function integerSchema({ least, most }: Bounds) {
  return { type: 'integer', minimum: least, maximum: most } as const;
}

export const cursorField = z.string().max(MAX_CURSOR_CHARACTERS).optional();
export const searchField = z.string().max(MAX_SEARCH_CHARACTERS).optional();
export const sortOrderField = z.enum(['asc', 'desc']).default('desc');

/** `a,b` as the api-client sends it, `a` and `b` as repeated parameters, or both mixed. */
export function listField<Item extends z.ZodType<unknown, string>>(
  item: Item,
  { least = 0, most }: { readonly least?: number; readonly most: number },
) {
  const values = item instanceof z.ZodEnum ? { enum: item.options } : {};
  return z
    .union([z.string(), z.array(z.string())])
    .transform((given) => [given].flat().flatMap((text) => text.split(',').filter((part) => part !== '')))
    .pipe(z.array(item).min(least).max(most))
    .meta({
      type: 'array',
      items: { type: 'string', ...values },
      maxItems: most,
      description: 'Separated by commas, or as repeated parameters.',
    });
}

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
