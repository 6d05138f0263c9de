// What an organization makes of identity providers: who may join, which groups fill which teams,
// and what a logout ends. And how people join.

import { acceptJoinOffer as accept, declineJoinOffers as decline } from '../../catalogue/joining/join-offers.ts';
import { addJoinRule as addRule, removeJoinRule as removeRule } from '../../catalogue/joining/join-rules.ts';
import { setLogoutEnds as setEnds } from '../../catalogue/joining/logout-rules.ts';
import { addTeamGroup as addGroup, removeTeamGroup as removeGroup } from '../../catalogue/joining/team-groups.ts';
import { catalogueAction, ending } from '../define-action.ts';

/** Throws `forbidden` for somebody whom the issuer does not know, `conflict` for a known rule. */
export const addJoinRule = catalogueAction(addRule);

/** Members who joined by it stay. */
export const removeJoinRule = catalogueAction(removeRule);

/** Throws as `addJoinRule`. */
export const addTeamGroup = catalogueAction(addGroup);

/** Ends what its people had by the team. */
export const removeTeamGroup = ending(catalogueAction(removeGroup));

export const setLogoutEnds = catalogueAction(setEnds);

/** Makes the person a member. */
export function acceptJoinOffer(
  { catalogue }: { readonly catalogue: Parameters<typeof accept>[0] },
  ...call: [context: Parameters<typeof accept>[1], input: Parameters<typeof accept>[2]]
): ReturnType<typeof accept> {
  return accept(catalogue, ...call);
}

export function declineJoinOffers(
  { catalogue }: { readonly catalogue: Parameters<typeof decline>[0] },
  context: Parameters<typeof decline>[1],
): Promise<void> {
  return decline(catalogue, context);
}
