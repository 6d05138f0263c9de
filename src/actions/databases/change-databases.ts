// The databases of a hosted project: created, changed and dropped on its host.

import { provisioningAction } from '../define-action.ts';

/** Throws `conflict` for a name that is taken, `not_offered` for an attached project. */
export const createDatabase = provisioningAction((provisioning) => provisioning.createDatabase);

/** Renaming ends the database's connections. Throws as `createDatabase`. */
export const changeDatabase = provisioningAction((provisioning) => provisioning.changeDatabase);

/** Ends its connections. Throws `conflict` for the project's last one, else as `createDatabase`. */
export const deleteDatabase = provisioningAction((provisioning) => provisioning.deleteDatabase);
