// How an operation of each purpose ends when the node that ran it cannot end it.

import type { OperationPurpose } from '../../catalogue/tables/projects-and-computes.ts';
import type { Recovery } from '../journal/run-operation.ts';
import { POWER_RECOVERY } from './compute-power.ts';
import { PROJECT_DELETION } from './delete-hosted-project.ts';
import { DATABASE_CHANGE, DATABASE_DELETION } from './hosted-databases.ts';
import { PASSWORD_RESET, ROLE_DELETION } from './hosted-roles.ts';
import { UNDO_CREATION } from './undo-creation.ts';

export const RECOVERIES: Readonly<Record<OperationPurpose, Recovery>> = {
  create_project: UNDO_CREATION,
  delete_project: PROJECT_DELETION,
  create_database: UNDO_CREATION,
  change_database: DATABASE_CHANGE,
  delete_database: DATABASE_DELETION,
  create_role: UNDO_CREATION,
  delete_role: ROLE_DELETION,
  reset_role_password: PASSWORD_RESET,
  start_compute: POWER_RECOVERY,
  suspend_compute: POWER_RECOVERY,
};
