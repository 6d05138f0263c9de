// Changes of a project and its branch that touch no Postgres.

import { changeBranch as changeBranchRow } from '../../catalogue/projects/branches.ts';
import { changeProject as changeRow } from '../../catalogue/projects/projects.ts';
import { catalogueAction } from '../catalogue-action.ts';

/** Renames a project or changes its settings. Throws `invalid_input`, `forbidden`, `not_found`. */
export const changeProject = catalogueAction(changeRow);

/**
 * Renames or protects a branch. Throws `conflict` for a name that is taken, `invalid_input`,
 * `forbidden`, `not_found`.
 */
export const changeBranch = catalogueAction(changeBranchRow);
