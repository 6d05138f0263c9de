// The person of a connection, as its target names them, and whether they may connect at all.

import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import { projectResource } from '../projects/projects.ts';
import type { PersonActor } from '../rights/actors.ts';
import { requireDemandMet } from '../rights/counting-relations.ts';
import { may } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { TargetRow } from './target-row.ts';

export interface TargetPerson {
  readonly userId: UserId;
  readonly email: string;
  readonly name: string;
  readonly isGuest: boolean;
}

/**
 * Throws `second_factor_demanded`, and `permission_lost` unless the person may connect to the
 * compute's project now.
 */
export function requireConnect(
  catalogue: Catalogue,
  actor: PersonActor | null,
  row: TargetRow,
): asserts actor is PersonActor {
  const resource = projectResource(catalogue, row.project);
  if (actor !== null) requireDemandMet(actor, resource);
  const isAllowed = actor !== null && may(actor, 'project.connect', resource);
  if (!isAllowed) throw new PosternError('permission_lost', { params: { project: row.project.name } });
}

export function targetPerson(actor: PersonActor, row: TargetRow): TargetPerson {
  const { accountId } = row.project;
  const isGuest = (accountId as string) !== actor.userId && !actor.memberships.has(accountId);
  return { userId: actor.userId, email: actor.email, name: actor.name, isGuest };
}
