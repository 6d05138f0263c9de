// What every step of provisioning works with, and names and passwords that it makes.

import { randomBytes } from 'node:crypto';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { Secret } from '../secret.ts';
import type { DialPolicy } from '../wire/dial-policy.ts';
import type { Hosts } from './hosts.ts';

export interface ProvisioningParts {
  readonly catalogue: Catalogue;
  readonly hosts: Hosts;
  readonly dialPolicy: DialPolicy;
  readonly clock: Clock;
  readonly log: Log;
}

/** 192 random bits, in characters that need no escaping in a URL or a shell. */
export function newDatabasePassword(): Secret {
  return new Secret(randomBytes(24).toString('base64url'));
}
