// What the gateway needs of the other rooms at its doors, each door by itself.

import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Clock } from '../../clock.ts';
import type { Config } from '../../config/config.ts';
import type { Limits } from '../../limits/limits.ts';
import type { Log } from '../../log.ts';
import type { SettlingServices } from '../../login/decide/settle-approval.ts';
import type { Grants } from '../../login/grant/grants.ts';
import type { LoginRequests } from '../../login/request/login-requests.ts';
import type { ReverseCodes } from '../../login/request/reverse-codes.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { Secret } from '../../secret.ts';

export interface ChoiceParts {
  readonly catalogue: Catalogue;
  readonly reverseCodes: ReverseCodes;
  readonly grants: Grants;
}

export interface GrantDoorParts {
  readonly catalogue: Catalogue;
  readonly grants: Grants;
}

export interface LinkDoorParts {
  readonly brand: string;
  readonly login: Config['login'];
  /** The origin of links, without a slash at the end; the web side may choose its port late. */
  readonly publicUrl: () => string;
  readonly catalogue: Catalogue;
  readonly loginRequests: LoginRequests;
  readonly limits: Pick<Limits, 'loginRequest'>;
  readonly metrics: Pick<Metrics, 'approvalSeconds' | 'limitHits'>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface PasswordDoorParts {
  readonly catalogue: Catalogue;
  readonly limits: Pick<Limits, 'passwordDoor' | 'failedPassword'>;
  readonly log: Log;
  /** For a password or a SASL step to arrive. */
  readonly passwordMs: number;
  /** The installation's own; 32 bytes in base64. Makes unknown names look like known ones. */
  readonly mockSecret: Secret;
}

export interface ReverseCodeDoorParts extends SettlingServices {
  readonly reverseCodes: ReverseCodes;
  readonly loginRequests: LoginRequests;
  readonly limits: Pick<Limits, 'passwordDoor' | 'failedPassword'>;
  readonly log: Log;
  /** For the digits to arrive. */
  readonly passwordMs: number;
}

export interface DoorParts extends ChoiceParts, GrantDoorParts, LinkDoorParts, PasswordDoorParts, ReverseCodeDoorParts {
  readonly limits: Limits;
}
