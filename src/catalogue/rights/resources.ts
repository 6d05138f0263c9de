// What actions are performed on.

import type { AccountId, ProjectId } from '../../ids.ts';
import type { Sharing } from '../store/catalogue.ts';

export interface InstallationResource {
  readonly kind: 'installation';
}
export interface AccountResource {
  readonly kind: 'account';
  readonly accountId: AccountId;
}
export interface ProjectResource {
  readonly kind: 'project';
  readonly projectId: ProjectId;
  readonly accountId: AccountId;
  /** The installation's setting; absent means `admins`. */
  readonly sharing?: Sharing;
}
export type Resource = InstallationResource | AccountResource | ProjectResource;
