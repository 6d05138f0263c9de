// Where in the list of connections somebody is: its filter, order and page, as its address has them
// and as pages that it leads to hand them on. What cannot be read becomes the defaults.

import { z } from 'zod';
import { DEFAULT_QUERY, queryString, type RowQuery, SORTS } from '../../../web/components/ops/row-order.ts';
import { searchOf, type Term, termsOf } from '../../../web/components/ops/row-search.ts';
import type { Again } from '../console/shell/console-call.ts';
import type { OperationsCall } from './operations-scope.ts';

const MAX_SEARCH_CHARACTERS = 200;
/** A search of that length, every character of it encoded, and the rest. */
const MAX_PLACE_CHARACTERS = 4_000;

const querySchema = z.object({
  search: z.string().max(MAX_SEARCH_CHARACTERS).catch(DEFAULT_QUERY.search),
  sort: z.enum(SORTS).catch(DEFAULT_QUERY.sort),
  order: z.enum(['asc', 'desc']).catch(DEFAULT_QUERY.order),
});
const pageSchema = z.object({ page: z.coerce.number().int().min(1).catch(1) });

export const placeText = z.string().max(MAX_PLACE_CHARACTERS).catch('');

/** Addresses of the fields that the search has replaced lead to the same rows. */
const olderSchema = z.object({
  phase: z.enum(['waiting', 'connecting', 'relaying']).optional().catch(undefined),
  node: z.string().min(1).max(100).optional().catch(undefined),
});

export function rowQuery(values: unknown): RowQuery {
  const query = querySchema.parse(values);
  const { phase, node } = olderSchema.parse(values);
  const older: Term[] = [
    ...(phase === undefined ? [] : [{ key: 'state' as const, value: phase === 'relaying' ? 'connected' : phase }]),
    ...(node === undefined ? [] : [{ key: 'node' as const, value: node.toLowerCase() }]),
  ];
  return older.length === 0 ? query : { ...query, search: searchOf([...termsOf(query.search), ...older]) };
}

export function pageNumber(values: unknown): number {
  return pageSchema.parse(values).page;
}

const openedSchema = z.object({ open: z.string().regex(/^[\w-]{1,64}$/) });

/** The connection that is shown beside the list, by id; null: none. */
export function openedIn(values: unknown): string | null {
  return openedSchema.safeParse(values).data?.open ?? null;
}

/** `?search=…&page=2`, made anew of what was handed on: it leads nowhere but to the list. */
export function cleanPlace(handedOn: string): string {
  const values = Object.fromEntries(new URLSearchParams(handedOn));
  const place = queryString(rowQuery(values), pageNumber(values));
  const opened = openedIn(values);
  return opened === null ? place : `${place}${place === '' ? '?' : '&'}open=${opened}`;
}

/** From the page's address, or from the form that was refused. */
export function placeOf(call: OperationsCall, again?: Again): string {
  return cleanPlace(placeText.parse(again?.typed.list ?? call.request.query.list));
}
