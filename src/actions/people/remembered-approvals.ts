// How many remembered approvals a change of policy ends, for the page that asks about it.

import type { AccountId, ComputeId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';

type Owner = { readonly accountId: AccountId } | { readonly computeId: ComputeId };

export function countRemembered({ grants }: Pick<ActionParts, 'grants'>, owner: Owner): Promise<number> {
  return grants.count(owner);
}
