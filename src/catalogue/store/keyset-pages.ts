// Pages that stay stable while rows are added: a cursor names the last row of a page in its list.

import { createHash } from 'node:crypto';
import { PosternError } from '../../errors.ts';

export interface PageRequest {
  readonly limit: number;
  /** From a previous page. */
  readonly cursor?: string | null;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Set on every full page, so that clients which only count items find the end. */
  readonly cursor: string | null;
}

/** The position of a row in a list sorted by time and id. */
export interface Keyset {
  readonly at: Date;
  readonly id: string;
}

const SHAPE = /^(\S{8}) (\S+) (\S+)$/;

/** Null without a cursor. Throws `invalid_input` for a cursor of another list. */
export function decodeCursor(list: string, cursor: string | null | undefined): Keyset | null {
  const position = decodePosition(list, cursor);
  if (position === null) return null;
  const at = new Date(position.sortKey);
  if (Number.isNaN(at.getTime())) throw foreignCursor();
  return { at, id: position.id };
}

/** Likewise, in a list that is sorted by a text without white space. */
export function decodePosition(list: string, cursor: string | null | undefined) {
  if (cursor === null || cursor === undefined || cursor === '') return null;
  const [, digest, sortKey, id] = SHAPE.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  if (digest !== digestOfList(list) || sortKey === undefined || id === undefined) throw foreignCursor();
  return { sortKey, id };
}

/** `list` identifies the list and its owner; the items were queried with that limit. */
export function pageOf<Item>(
  { list, items, limit }: { readonly list: string; readonly items: readonly Item[]; readonly limit: number },
  keysetOf: (item: Item) => Keyset,
): Page<Item> {
  const last = items.at(-1);
  return { items, cursor: last === undefined || items.length < limit ? null : encodeCursor(list, keysetOf(last)) };
}

/** Opaque to clients; a text as the sort key has no white space. */
export function encodeCursor(list: string, { at, id }: { readonly at: Date | string; readonly id: string }): string {
  const sortKey = typeof at === 'string' ? at : at.toISOString();
  return Buffer.from(`${digestOfList(list)} ${sortKey} ${id}`, 'utf8').toString('base64url');
}

/** The prefix of a list's cursors: enough to recognise a cursor of another list, and no more. */
function digestOfList(list: string): string {
  return createHash('sha256').update(list, 'utf8').digest('base64url').slice(0, 8);
}

export function foreignCursor(): PosternError {
  return new PosternError('cursor_invalid');
}

export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
