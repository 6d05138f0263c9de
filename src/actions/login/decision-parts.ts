// What decisions on login requests work with.

import type { Log } from '../../log.ts';
import type { ApprovalServices } from '../../login/decide/approve-login-request.ts';
import type { ActionParts } from '../action-parts.ts';

export interface DecisionParts extends Pick<ActionParts, 'catalogue' | 'mailer' | 'address'> {
  readonly services: ApprovalServices;
  readonly brand: string;
  readonly log: Log;
}
