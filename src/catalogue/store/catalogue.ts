// The open catalogue, as every other file of this folder is given it. Opening it is open-catalogue.ts's.

import type { Kysely, Transaction } from 'kysely';
import type { BoundedWork } from '../../async/concurrency-limiter.ts';
import type { Clock } from '../../clock.ts';
import type { NodeId } from '../../ids.ts';
import type { Plan } from '../tables/people-and-accounts.ts';
import type { Schema } from './schema.ts';
import type { Sealer } from './sealing.ts';

/** Who may share a project besides its admins. */
export type Sharing = 'admins' | 'members' | 'everyone_with_access';

/** How this installation treats accounts; the defaults are for a team on its own machines. */
export interface CatalogueSettings {
  readonly defaultPlan: Plan;
  readonly organizationCreation: 'self_serve' | 'on_request';
  readonly sharing: Sharing;
}

export interface Catalogue {
  readonly db: Kysely<Schema>;
  readonly sealer: Sealer;
  readonly nodeId: NodeId;
  readonly clock: Clock;
  readonly settings: CatalogueSettings;
  /** Comparing passwords takes memory and the threads that name look-ups need, too: a flood of sign-ins must not have all. */
  readonly passwordWork: BoundedWork;
  /** Commits when the work resolves, rolls back when it throws. Inside, use `tx` only. */
  transaction<T>(work: (tx: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** The listener is called each time that something failed because Postgres is away. */
  onAway(listener: () => void): void;
  close(): Promise<void>;
}
