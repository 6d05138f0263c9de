// Grants in Redis, their only store: when it is lost, people are asked again. Whether a person may
// still connect is checked elsewhere, at every use.

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { inParts } from '../../async/batches.ts';
import { sawCommit } from '../../catalogue/endings/catalogue-snapshot.ts';
import { type AccessOwners, isOwnedBy, type RecordedEnding } from '../../catalogue/endings/ended-access.ts';
import { PosternError } from '../../errors.ts';
import { type GrantId, idFrom, type UserId } from '../../ids.ts';
import { normalizeAddress } from '../../network-address.ts';
import { ExpiringIndex } from '../../redis/expiring-index.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { askStore, runScript } from '../../redis/redis-script.ts';
import { fieldsOf } from '../request/login-record.ts';
import { type KnownAtOnce, type Terminal, terminalDigest } from '../request/terminal.ts';
import { CREATE_GRANT, USE_GRANT } from '../scripts/grant-scripts.ts';
import { admits, type Grant, type GrantDraft, type GrantTerms, parseGrant } from './grant.ts';
import type { GrantRevoker } from './grant-audit-event.ts';
import { GrantEndings } from './grant-endings.ts';
import { GrantedTerminals } from './granted-terminals.ts';
import { readGrant, readGrantIfOurs } from './read-grant.ts';

/** No policy allows a longer grant (docs/security.md, "Grants"). */
const LONGEST_GRANT_MS = 8 * 3_600_000;

const REVOKED_AT_A_TIME = 100;

/** Per person, account, project, compute or terminal; far more than people create in 8 hours. */
const MAX_INDEXED = 10_000;

/** `refused`: the grant as it is now, or null when it expired or was revoked. */
export type GrantUse =
  /** `isLast`: this use ended the grant. */
  | { readonly kind: 'used'; readonly grant: Grant; readonly isLast: boolean }
  | { readonly kind: 'refused'; readonly grant: Grant | null };

interface GrantsParts {
  readonly redis: RedisClient;
  /** Absent: for a process that is no node. */
  readonly terminals?: GrantedTerminals;
  readonly recordRevoked?: (grant: Grant, by: GrantRevoker) => void;
}

export class Grants {
  readonly #redis: RedisClient;
  readonly #endings: GrantEndings;
  readonly #terminals: GrantedTerminals;
  readonly #recordRevoked: Required<GrantsParts>['recordRevoked'];

  constructor({ redis, terminals, recordRevoked = () => {} }: GrantsParts) {
    this.#redis = redis;
    this.#terminals = terminals ?? new GrantedTerminals({ redis, fleet: null });
    this.#endings = new GrantEndings(redis);
    this.#recordRevoked = recordRevoked;
  }

  /** Throws PosternError `precondition` (policy allows none), `too_many_requests` (10,000). */
  async create({ lifeMs, longestGrantMs, usesLeft, ...draft }: GrantDraft): Promise<Grant> {
    const terms: GrantTerms = { ...draft, address: normalizeAddress(draft.address) };
    const cappedMs = Math.min(lifeMs, longestGrantMs, LONGEST_GRANT_MS);
    if (cappedMs <= 0) throw new PosternError('grants_not_allowed');
    await this.#terminals.tell(terms, cappedMs);
    // Indexed first: a crash in between leaves an id without a grant, never the other way round.
    await Promise.all(this.#indexesOf(terms).map((index) => enter(index, terms.id, cappedMs)));
    const keys = [redisKeys.grant(terms.id)];
    const args = [JSON.stringify(terms), cappedMs, usesLeft ?? ''];
    const reply = await askStore(() => runScript(this.#redis, CREATE_GRANT, { keys, args }));
    const grant = parseGrant(fieldsOf(hashReplySchema.parse(reply)));
    if (grant === null) throw new Error(`grant ${terms.id} was not written`);
    await this.#endings.expect(grant);
    return grant;
  }

  /** False where it surely has none; asks nobody. */
  mayHaveAny(terminal: Pick<Terminal, KnownAtOnce>): boolean {
    return this.#terminals.mayHaveGrant(terminal);
  }

  /** Grants that admit this connection, the newest first; null: the client named no database. */
  async findMatching(request: Terminal & { readonly requestedDatabase: string | null }): Promise<Grant[]> {
    const grants = await this.#listOf(this.#ofTerminal(request));
    return grants
      .filter((grant) => admits(grant, request.requestedDatabase))
      .sort((one, other) => other.createdAt.getTime() - one.createdAt.getTime());
  }

  /** Uses the grant once. Of all callers that compete for the last use, exactly one gets `used`. */
  async use(id: GrantId): Promise<GrantUse> {
    const call = { keys: [redisKeys.grant(id)], args: [randomBytes(9).toString('base64url')] };
    const reply = await askStore(() => runScript(this.#redis, USE_GRANT, call));
    const [used, flat] = useReplySchema.parse(reply);
    const grant = parseGrant(fieldsOf(flat));
    if (used !== 1 || grant === null) return { kind: 'refused', grant };
    return { kind: 'used', grant, isLast: grant.usesLeft === 0 && (await this.#endings.take(grant)) };
  }

  async get(id: GrantId): Promise<Grant | null> {
    return await readGrant(this.#redis, id);
  }

  async list(userId: UserId): Promise<Grant[]> {
    return await this.#listOf(this.#ofOwner('person', userId));
  }

  /** How many have not ended. */
  async count({ accountId, computeId }: Pick<AccessOwners, 'accountId' | 'computeId'>): Promise<number> {
    return (await this.#narrowestIndex({ accountId, computeId })?.count()) ?? 0;
  }

  /** Ends the grant; null when there was none. Checks no permission. */
  async revoke(id: GrantId, by: GrantRevoker = null): Promise<Grant | null> {
    const grant = await this.get(id);
    if (grant === null) return null;
    if (await this.#remove(grant)) this.#recordRevoked(grant, by);
    return grant;
  }

  async #remove(grant: Grant): Promise<boolean> {
    await askStore(() => this.#redis.del(redisKeys.grant(grant.id)));
    const isOurs = await this.#endings.take(grant);
    await Promise.all(this.#indexesOf(grant).map((index) => index.leave(grant.id)));
    return isOurs;
  }

  /**
   * Revokes what rested on the right taken away; grants that were given again since stay, and those
   * that `isKept` keeps.
   */
  async endBy(
    ending: RecordedEnding,
    isKept: (grant: Grant) => Promise<boolean> = async () => false,
  ): Promise<Grant[]> {
    const { grantId } = ending.owners;
    const index = this.#narrowestIndex(ending.owners);
    const ids = grantId === undefined ? ((await index?.ids(MAX_INDEXED)) ?? []) : [grantId];
    const revoked: Grant[] = [];
    for (const part of inParts(ids, REVOKED_AT_A_TIME)) {
      const grants = await Promise.all(part.map((id) => readGrantIfOurs(this.#redis, idFrom<GrantId>(id))));
      const affected = grants.filter((grant) => grant !== null).filter((grant) => restedOn(grant, ending));
      const kept = await Promise.all(affected.map(isKept));
      const rested = affected.filter((_grant, at) => kept[at] !== true);
      revoked.push(...rested);
      const ours = await Promise.all(rested.map((grant) => this.#remove(grant)));
      // The revocation of a single grant was audited with its actor.
      if (grantId !== undefined) continue;
      for (const [at, grant] of rested.entries()) if (ours[at]) this.#recordRevoked(grant, null);
    }
    return revoked;
  }

  async #listOf(index: ExpiringIndex): Promise<Grant[]> {
    const ids = await index.ids(MAX_INDEXED);
    const grants = await Promise.all(ids.map((id) => this.get(idFrom<GrantId>(id))));
    return grants.filter((grant) => grant !== null);
  }

  #narrowestIndex({ userId, computeId, projectId, accountId }: AccessOwners): ExpiringIndex | null {
    if (userId !== undefined) return this.#ofOwner('person', userId);
    if (computeId !== undefined) return this.#ofOwner('compute', computeId);
    if (projectId !== undefined) return this.#ofOwner('project', projectId);
    if (accountId !== undefined) return this.#ofOwner('account', accountId);
    return null;
  }

  #indexesOf(terms: GrantTerms): ExpiringIndex[] {
    return [
      this.#ofOwner('person', terms.userId),
      this.#ofOwner('account', terms.accountId),
      this.#ofOwner('project', terms.projectId),
      this.#ofOwner('compute', terms.computeId),
      this.#ofTerminal(terms),
    ];
  }

  #ofOwner(owner: Parameters<typeof redisKeys.grantsOf>[0], id: string): ExpiringIndex {
    return new ExpiringIndex(this.#redis, redisKeys.grantsOf(owner, id));
  }

  #ofTerminal(terminal: Terminal): ExpiringIndex {
    return new ExpiringIndex(this.#redis, redisKeys.grantsOfTerminal(terminalDigest(terminal)));
  }
}

const hashReplySchema = z.array(z.string());
const useReplySchema = z.tuple([z.number(), hashReplySchema]);

async function enter(index: ExpiringIndex, id: GrantId, lifeMs: number): Promise<void> {
  const isIn = await index.enter(id, { lifeMs, most: MAX_INDEXED });
  if (!isIn) throw new PosternError('too_many_requests');
}

function restedOn(grant: Grant, { owners, transactionId, endedAt }: RecordedEnding): boolean {
  const isGivenAgain = grant.rightAsOf === null ? grant.createdAt > endedAt : sawCommit(grant.rightAsOf, transactionId);
  return !isGivenAgain && isOwnedBy({ ...grant, grantId: grant.id, accessTokenId: null }, owners);
}
