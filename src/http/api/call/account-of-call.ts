// Finds the account of a call: the organization that it names, or the one of its credential.

import { assertNever } from '../../../assert-never.ts';
import { PosternError } from '../../../errors.ts';
import { type AccountId, personalAccountId } from '../../../ids.ts';
import type { ApiCall } from './api-call.ts';
import { organizationNamed } from './field-shapes.ts';

/**
 * Without `orgId`: a person's personal account, a key's organization. Throws `not_found` for an id
 * that is no organization's.
 */
export function accountOfCall({ context: { actor } }: ApiCall, orgId: string | undefined): AccountId {
  if (orgId !== undefined) return organizationNamed(orgId);
  switch (actor.kind) {
    case 'person':
      return personalAccountId(actor.userId);
    case 'organization_key':
    case 'project_key':
      return actor.accountId;
    case 'system':
      throw new PosternError('account_not_named');
    default:
      return assertNever(actor);
  }
}
