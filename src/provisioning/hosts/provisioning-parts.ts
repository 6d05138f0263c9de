// What every step of provisioning works with, and names and passwords that it makes.

import { randomBytes } from 'node:crypto';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Clock } from '../../clock.ts';
import type { ProjectId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import { Secret } from '../../secret.ts';
import type { DialPolicy } from '../../wire/dial/dial-policy.ts';
import type { Hosts } from './hosts.ts';

export interface ProvisioningParts {
  readonly catalogue: Catalogue;
  readonly hosts: Hosts;
  readonly dialPolicy: DialPolicy;
  readonly clock: Clock;
  readonly log: Log;
}

/** How a project is called where changes of it wait for each other. */
export function projectOnHost(projectId: ProjectId): string {
  return `project "${projectId}"`;
}

/** 192 random bits, in characters that need no escaping in a URL or a shell. */
export function newDatabasePassword(): Secret {
  return new Secret(randomBytes(24).toString('base64url'));
}
