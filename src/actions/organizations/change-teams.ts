// Teams of an organization: created, renamed, deleted, and who is in them.

import { addTeamMember as addMember, removeTeamMember as removeMember } from '../../catalogue/teams/team-members.ts';
import { createTeam as create, deleteTeam as remove, renameTeam as rename } from '../../catalogue/teams/teams.ts';
import { catalogueAction, ending } from '../define-action.ts';

/** Throws `conflict` for a name that is taken. */
export const createTeam = catalogueAction(create);

/** Throws `conflict` for a name that is taken. */
export const renameTeam = catalogueAction(rename);

/** Ends what its members had by rules that name the team. */
export const deleteTeam = ending(catalogueAction(remove));

/** Throws `conflict` for who is in already. */
export const addTeamMember = catalogueAction(addMember);

/** Ends what the person had by rules that name the team. `conflict` for who is in by a group. */
export const removeTeamMember = ending(catalogueAction(removeMember));
