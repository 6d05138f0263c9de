// Pages that stay stable while rows are added: a cursor says after which row the next page begins.

import { PosternError } from '../errors.ts';

export interface PageRequest {
  readonly limit: number;
  /** As a previous page gave it. */
  readonly cursor?: string | null;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Set on every full page, so that clients which only count items find the end. */
  readonly cursor: string | null;
}

/** The place of a row in a list sorted by time and id. */
export interface Keyset {
  readonly at: Date;
  readonly id: string;
}

const MAX_CURSOR_CHARACTERS = 400;

/** Opaque to clients. */
export function encodeCursor({ at, id }: Keyset): string {
  return Buffer.from(`${at.toISOString()} ${id}`, 'utf8').toString('base64url');
}

/** Null without a cursor. Throws `invalid_input` for a text that no page gave. */
export function decodeCursor(cursor: string | null | undefined): Keyset | null {
  if (cursor === null || cursor === undefined || cursor === '') return null;
  const text = Buffer.from(cursor.slice(0, MAX_CURSOR_CHARACTERS), 'base64url').toString('utf8');
  const [time, id] = text.split(' ');
  const at = new Date(time ?? '');
  if (id === undefined || id === '' || Number.isNaN(at.getTime())) {
    throw new PosternError('invalid_input', { params: { problem: 'cursor is not one that a page gave' } });
  }
  return { at, id };
}

/** The page of these items, which were asked for with that limit. */
export function pageOf<Item>(items: readonly Item[], limit: number, keysetOf: (item: Item) => Keyset): Page<Item> {
  const last = items.at(-1);
  return { items, cursor: last === undefined || items.length < limit ? null : encodeCursor(keysetOf(last)) };
}

/** A text that `like` takes literally. */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
