// The open catalogue, as all other files of this folder receive it.

import type { Kysely, Transaction } from 'kysely';
import type { ConcurrencyLimiter } from '../../async/concurrency-limiter.ts';
import type { Clock } from '../../clock.ts';
import type { NodeId } from '../../ids.ts';
import type { Plan } from '../tables/people-and-accounts.ts';
import type { Schema } from './schema.ts';
import type { Sealer } from './sealing.ts';

/** Which relations may share a project besides its admins. */
export type Sharing = 'admins' | 'members' | 'everyone_with_access';

/** How this installation treats accounts; the defaults suit a team on its own machines. */
export interface CatalogueSettings {
  readonly defaultPlan: Plan;
  readonly organizationCreation: 'self_serve' | 'on_request';
  readonly sharing: Sharing;
  /** Links of invitations go by mail to their mailbox, instead of being shown to the inviter. */
  readonly mailsLinks: boolean;
}

export interface Catalogue {
  readonly db: Kysely<Schema>;
  readonly sealer: Sealer;
  readonly nodeId: NodeId;
  readonly clock: Clock;
  readonly settings: CatalogueSettings;
  /** Hashing needs memory and the libuv threads of DNS look-ups, so sign-ins are limited. */
  readonly passwordWork: ConcurrencyLimiter;
  /** Commits when the work resolves, rolls back when it throws. The work must use only `tx`. */
  transaction<T>(work: (tx: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** Calls the listener each time that a query fails because Postgres is unavailable. */
  onAway(listener: () => void): void;
  close(): Promise<void>;
}
