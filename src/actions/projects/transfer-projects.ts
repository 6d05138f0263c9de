// Transferring projects to another account.

import { transferProjects as transfer } from '../../catalogue/transfers/project-transfers.ts';
import { endingAction } from '../catalogue-action.ts';

/**
 * Moves projects, and ends the access that was lost with it. Throws as the catalogue's
 * `transferProjects`.
 */
export const transferProjects = endingAction(transfer);
