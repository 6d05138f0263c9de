// Where in the list of connections somebody is: its filter, order and page, as its address has them
// and as pages that it leads to hand them on. What cannot be read becomes the defaults.

import { z } from 'zod';
import { DEFAULT_QUERY, queryString, type RowQuery, SORTS } from '../../../web/components/ops/row-order.ts';
import type { Again } from '../console/shell/console-call.ts';
import type { OperationsCall } from './operations-scope.ts';

const MAX_SEARCH_CHARACTERS = 200;
/** A search of that length, every character of it encoded, and the rest. */
const MAX_PLACE_CHARACTERS = 4_000;

const querySchema = z.object({
  search: z.string().max(MAX_SEARCH_CHARACTERS).catch(DEFAULT_QUERY.search),
  phase: z.enum(['', 'waiting', 'connecting', 'relaying']).catch(DEFAULT_QUERY.phase),
  node: z.string().max(100).catch(DEFAULT_QUERY.node),
  sort: z.enum(SORTS).catch(DEFAULT_QUERY.sort),
  order: z.enum(['asc', 'desc']).catch(DEFAULT_QUERY.order),
});
const pageSchema = z.object({ page: z.coerce.number().int().min(1).catch(1) });

export const placeText = z.string().max(MAX_PLACE_CHARACTERS).catch('');

export function rowQuery(values: unknown): RowQuery {
  return querySchema.parse(values);
}

export function pageNumber(values: unknown): number {
  return pageSchema.parse(values).page;
}

/** `?search=…&page=2`, made anew of what was handed on: it leads nowhere but to the list. */
export function cleanPlace(handedOn: string): string {
  const values = Object.fromEntries(new URLSearchParams(handedOn));
  return queryString(rowQuery(values), pageNumber(values));
}

/** From the page's address, or from the form that was refused. */
export function placeOf(call: OperationsCall, again?: Again): string {
  return cleanPlace(placeText.parse(again?.typed.list ?? call.request.query.list));
}
