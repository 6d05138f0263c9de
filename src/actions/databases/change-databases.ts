// The databases of a hosted project: made, renamed or given to another owner, dropped, all for real
// on its host.

import { provisioningAction } from '../define-action.ts';

/**
 * Throws `conflict` for a name that is taken, `not_offered` for an attached project,
 * `invalid_input`, `forbidden`, `not_found`.
 */
export const createDatabase = provisioningAction((provisioning) => provisioning.createDatabase);

/**
 * Renames a database or gives it another owner. Its connections end when it is renamed. Throws as
 * `createDatabase`.
 */
export const changeDatabase = provisioningAction((provisioning) => provisioning.changeDatabase);

/**
 * Drops a database and ends its connections. Throws `conflict` for the project's last one, else as
 * `createDatabase`.
 */
export const deleteDatabase = provisioningAction((provisioning) => provisioning.deleteDatabase);
