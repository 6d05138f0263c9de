// Reads what the rights of a connection depend on, for one connection or for many at once.

import type { AccessTokenId, ComputeId, UserId } from '../../ids.ts';
import { computeNotFound } from '../projects/computes.ts';
import { loadPersonActors, type PersonActor } from '../rights/actors.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { loadTargetRows, type TargetRow } from './target-row.ts';

export interface RightsReader {
  /** Throws `not_found` for an unknown or disabled compute. */
  targetRow(computeId: ComputeId): Promise<TargetRow>;
  /** Null when there is no such person. */
  person(userId: UserId): Promise<PersonActor | null>;
  hasAccessToken(id: AccessTokenId): Promise<boolean>;
}

/** Reads each item when it is requested. */
export function readRights(catalogue: Catalogue): RightsReader {
  return {
    targetRow: async (computeId) => targetRowOf(await loadTargetRows(catalogue.db, [computeId]), computeId),
    person: async (userId) => (await loadPersonActors(catalogue, [userId])).get(userId) ?? null,
    hasAccessToken: async (id) => (await findAccessTokenIds(catalogue, [id])).has(id),
  };
}

export interface RightsAskedFor {
  readonly computeIds: readonly ComputeId[];
  readonly userIds: readonly UserId[];
  readonly accessTokenIds: readonly AccessTokenId[];
}

/** Reads everything now, in five statements whatever the number; knows nothing else. */
export async function readRightsAtOnce(catalogue: Catalogue, asked: RightsAskedFor): Promise<RightsReader> {
  const [rows, people, tokens] = await Promise.all([
    loadTargetRows(catalogue.db, [...new Set(asked.computeIds)]),
    loadPersonActors(catalogue, [...new Set(asked.userIds)]),
    findAccessTokenIds(catalogue, [...new Set(asked.accessTokenIds)]),
  ]);
  return {
    targetRow: async (computeId) => targetRowOf(rows, computeId),
    person: async (userId) => people.get(userId) ?? null,
    hasAccessToken: async (id) => tokens.has(id),
  };
}

function targetRowOf(rows: ReadonlyMap<ComputeId, TargetRow>, computeId: ComputeId): TargetRow {
  const row = rows.get(computeId);
  if (row === undefined) throw computeNotFound(computeId);
  return row;
}

async function findAccessTokenIds({ db }: Catalogue, ids: readonly AccessTokenId[]) {
  if (ids.length === 0) return new Set<AccessTokenId>();
  const rows = await db.selectFrom('access_tokens').select('id').where('id', 'in', ids).execute();
  return new Set(rows.map(({ id }) => id));
}
