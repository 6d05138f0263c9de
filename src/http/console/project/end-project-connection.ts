// Ends a live connection to a project: the person's own, or any for people who oversee the account.

import { z } from 'zod';
import { accountResource, requireMay } from '../../../catalogue/rights/permissions.ts';
import { PosternError } from '../../../errors.ts';
import type { LiveConnectionRecord } from '../../../fleet/live-connection.ts';
import { type ConnectionId, idFrom } from '../../../ids.ts';
import { endAndGoBack } from '../shell/connection-rows.ts';
import { type Again, parseForm } from '../shell/form-route.ts';
import { param, sendConfirmation } from '../shell/visit.ts';
import { belowProjectView, type ProjectVisit } from './open-project.ts';

export async function askEndConnection(visit: ProjectVisit, again?: Again): Promise<void> {
  const record = await requireConnection(visit);
  const who = record.personEmail ?? record.requestedUser;
  sendConfirmation(visit, {
    view: belowProjectView(visit, 'End connection', again),
    title: `End the connection of ${who}?`,
    text: `It comes from ${record.address}. A running query is cut off and its transaction rolled back.`,
    button: 'End connection',
    cancelPath: visit.place,
    reason: 'asked',
  });
}

export async function endProjectConnection(visit: ProjectVisit): Promise<void> {
  const record = await requireConnection(visit);
  const { reason } = parseForm(visit, z.object({ reason: z.string().trim().min(1, 'say why').max(200) }));
  const capacity = record.userId === visit.person.userId ? 'owner' : 'overseer';
  await endAndGoBack(visit, { connection: record, capacity, reason }, visit.place);
}

/**
 * Throws `not_found` when it has ended or is another project's, `forbidden` for another person's.
 */
async function requireConnection(visit: ProjectVisit): Promise<LiveConnectionRecord> {
  const { parts, project, person } = visit;
  const record = await parts.liveConnections.find(idFrom<ConnectionId>(param(visit, 'connectionId')));
  if (record?.projectId !== project.id) throw new PosternError('not_found', { params: { thing: 'connection' } });
  if (record.userId !== person.userId) {
    requireMay(person, 'account.end_connection', accountResource(project.accountId));
  }
  return record;
}
