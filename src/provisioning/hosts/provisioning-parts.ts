// What every step of provisioning works with, and names and passwords that it makes.

import { randomBytes } from 'node:crypto';
import type { OwnedOperation } from '../../catalogue/journal/operation-journal.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Clock } from '../../clock.ts';
import type { ProjectId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import { Secret } from '../../secret.ts';
import type { DialPolicy } from '../../wire/dial/dial-policy.ts';
import type { InTurn } from './account-turns.ts';
import type { HostServer } from './host-server.ts';
import type { Hosts } from './hosts.ts';

export interface ProvisioningParts {
  readonly catalogue: Catalogue;
  readonly hosts: Hosts;
  readonly dialPolicy: DialPolicy;
  /** Of addresses of the web that tenants name. */
  readonly webPolicy: DialPolicy;
  readonly clock: Clock;
  readonly log: Log;
  /** What people change; each account waits for its own turn. */
  readonly inTurn: InTurn;
  /** Ends an operation that was taken over. Throws what keeps it from ending; it is tried again. */
  readonly recover: (operation: OwnedOperation, host: HostServer) => Promise<void>;
  /** Keeps the host's new roles out of the catalogue, where that is on the same server. */
  readonly closeCatalogue: (host: HostServer) => Promise<void>;
}

/** How a project is called where changes of it wait for each other. */
export function projectOnHost(projectId: ProjectId): string {
  return `project "${projectId}"`;
}

/** How a project is called where its databases are opened and closed, also during such a change. */
export function powerOfProject(projectId: ProjectId): string {
  return `power of project "${projectId}"`;
}

/** 192 random bits, in characters that need no escaping in a URL or a shell. */
export function newDatabasePassword(): Secret {
  return new Secret(randomBytes(24).toString('base64url'));
}
