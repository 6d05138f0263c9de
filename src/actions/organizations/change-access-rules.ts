// Access rules of an account: made, changed, removed, and replaced by a set to start from.

import {
  changeAccessRule as change,
  createAccessRule as create,
  removeAccessRule as remove,
  replaceAccessRules as replace,
} from '../../catalogue/rules/access-rules.ts';
import { catalogueAction, ending } from '../define-action.ts';

/** Throws `not_found` for a person, team, project or compute that is not the account's. */
export const createAccessRule = catalogueAction(create);

/** Ends the connections and grants that no rule allows any more. */
export const changeAccessRule = ending(catalogueAction(change));

/** Ends the connections and grants that no rule allows any more. */
export const removeAccessRule = ending(catalogueAction(remove));

/** Ends the connections and grants that the new set does not allow. */
export const replaceAccessRules = ending(catalogueAction(replace));
