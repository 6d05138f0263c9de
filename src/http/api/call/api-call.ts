// One call of the management API as its route sees it.

import type { ActionParts } from '../../../actions/action-parts.ts';
import { assertNever } from '../../../assert-never.ts';
import type { Actor, PersonActor } from '../../../catalogue/rights/actors.ts';
import type { AuditContext } from '../../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../../errors.ts';
import { type AccountId, personalAccountId } from '../../../ids.ts';
import type { ConsumptionHistory } from '../../../metering/frames/consumption-history.ts';
import { organizationNamed } from './field-shapes.ts';

export interface ApiParts extends ActionParts {
  readonly consumption: ConsumptionHistory;
}

export interface Caller {
  readonly actor: Actor;
  /** Neon API 2.7.3: AuthDetailsResponse; the methods that exist here. */
  readonly authMethod: 'session_cookie' | 'api_key_user' | 'api_key_org' | 'oauth';
  /** Key under which calls are counted together. */
  readonly limitKey: string;
}

export interface ApiCall extends ApiParts {
  readonly caller: Caller;
  /** Actor and origin of changes to the catalogue. */
  readonly context: AuditContext;
  readonly onUnderWay: () => void;
}

/** Throws `forbidden` for keys of organizations and projects, which act for no person. */
export function requirePerson({ actor }: AuditContext): PersonActor {
  if (actor.kind === 'person') return actor;
  throw new PosternError('personal_key_required');
}

/** Without `orgId` the caller's own. Throws `not_found` for an id that is no organization's. */
export function accountOfCall({ context: { actor } }: ApiCall, orgId?: string): AccountId {
  if (orgId !== undefined) return organizationNamed(orgId);
  switch (actor.kind) {
    case 'person':
      return personalAccountId(actor.userId);
    case 'organization_key':
    case 'project_key':
    case 'scim_key':
    case 'on_call_key':
      return actor.accountId;
    case 'system':
      throw new PosternError('account_not_named');
    default:
      return assertNever(actor);
  }
}
