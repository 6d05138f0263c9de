// Reads the query of a list's address, as pages and the browser's script write it.

import type { Request } from 'express';
import { z } from 'zod';
import { DEFAULT_QUERY, type RowQuery, SORTS } from '../../../web/components/ops/row-order.ts';

const ROWS_PER_PAGE = 100;
/** The most rows of a stream: more than a large screen shows with the rows around the view. */
const MAX_ROWS_OF_STREAM = 500;
const MAX_SEARCH_CHARACTERS = 200;

// Values that cannot be read become the defaults; nothing is decided by them.
const querySchema = z.object({
  search: z.string().max(MAX_SEARCH_CHARACTERS).catch(DEFAULT_QUERY.search),
  phase: z.enum(['', 'waiting', 'connecting', 'relaying']).catch(DEFAULT_QUERY.phase),
  node: z.string().max(100).catch(DEFAULT_QUERY.node),
  sort: z.enum(SORTS).catch(DEFAULT_QUERY.sort),
  order: z.enum(['asc', 'desc']).catch(DEFAULT_QUERY.order),
});
const pageSchema = z.object({ page: z.coerce.number().int().min(1).catch(1) });
const windowSchema = z.object({
  first: z.coerce.number().int().min(0).catch(0),
  count: z.coerce.number().int().min(1).max(MAX_ROWS_OF_STREAM).catch(ROWS_PER_PAGE),
});

export function rowQuery(request: Request): RowQuery {
  return querySchema.parse(request.query);
}

/** The window of a page without script: `?page=2`. */
export function pageWindow(request: Request): { readonly first: number; readonly count: number } {
  const { page } = pageSchema.parse(request.query);
  return { first: (page - 1) * ROWS_PER_PAGE, count: ROWS_PER_PAGE };
}

/** The window of a stream: `?first=200&count=120`. */
export function streamWindow(request: Request): { readonly first: number; readonly count: number } {
  return windowSchema.parse(request.query);
}
