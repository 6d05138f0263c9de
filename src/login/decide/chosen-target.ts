// The target that an approving person chose, by the rights and rules of now.

import type { Circumstances } from '../../catalogue/access/reach.ts';
import type { JudgedTarget, TargetChoice } from '../../catalogue/access/resolve-target.ts';
import type { ProvenSignIn } from '../../catalogue/rights/proven-sign-in.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import { isPosternError, PosternError } from '../../errors.ts';
import type { ComputeId } from '../../ids.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import type { PersonAtBrowser } from '../request/login-audit-event.ts';
import type { Access, LoginRequest } from '../request/login-request.ts';

/** As access rules ask about it. */
export function signInOf({ signIn: { at, method } }: PersonAtBrowser, now: Date): ProvenSignIn {
  const ageMs = at === null ? null : Math.max(0, now.getTime() - at.getTime());
  return { ageMs, passkey: method === 'passkey' };
}

export interface TargetWish {
  readonly computeId: ComputeId;
  /** Given ids must be those of the compute. */
  readonly accountId: string | null;
  readonly projectId: string | null;
  readonly database: string | null;
  readonly databaseRole: string | null;
  readonly access: Access;
}

interface Choosing {
  readonly request: LoginRequest;
  readonly person: PersonAtBrowser;
  readonly choice: TargetWish;
  readonly signIn: ProvenSignIn;
}

/** Throws as `judge`, and `not_found` for ids that do not belong together. */
export async function chosenTarget<Target extends JudgedTarget>(
  { catalogue }: { readonly catalogue: Catalogue },
  { request, person, choice, signIn }: Choosing,
  judge: (catalogue: Catalogue, wanted: TargetChoice, how: Circumstances) => Promise<Target>,
): Promise<Target | 'sign_in_again' | 'asks_first'> {
  const { computeId, database, databaseRole, access } = choice;
  const wanted = { userId: person.userId, computeId, database, databaseRole, access };
  const door = request.waiting === 'token' ? 'oauth' : 'link';
  const how = { door, address: request.origin.address, signIn, viaSignIn: person.signIn.method } as const;
  const target = await judge(catalogue, wanted, how).catch((error: unknown) => {
    if (isPosternError(error, 'rule_sign_in')) return 'sign_in_again' as const;
    if (isPosternError(error, 'rule_asks')) return 'asks_first' as const;
    // A forged id looks the same whether or not the compute exists.
    throw isPosternError(error, 'permission_lost') ? unknownCompute(computeId) : error;
  });
  if (target === 'sign_in_again' || target === 'asks_first') return target;
  const isConsistent =
    (choice.accountId === null || choice.accountId === target.account.id) &&
    (choice.projectId === null || choice.projectId === target.project.id);
  if (!isConsistent) throw unknownCompute(computeId);
  return target;
}

function unknownCompute(computeId: ComputeId): PosternError {
  return new PosternError('not_found', { params: { thing: `compute "${cleanForPage(computeId)}"` } });
}
