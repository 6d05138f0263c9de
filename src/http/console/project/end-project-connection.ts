// Ends a live connection to a project: the person's own, or any for people who oversee the account.

import { z } from 'zod';
import { accountResource, requireMay } from '../../../catalogue/rights/permissions.ts';
import { PosternError } from '../../../errors.ts';
import type { LiveConnectionRecord } from '../../../fleet/live-connection.ts';
import { type ConnectionId, idFrom } from '../../../ids.ts';
import { endAndGoBack } from '../shell/connection-rows.ts';
import { type Again, param, parseForm, sendConfirmation } from '../shell/console-call.ts';
import { belowProjectView, type ProjectCall } from './open-project.ts';

export async function askEndConnection(call: ProjectCall, again?: Again): Promise<void> {
  const record = await requireConnection(call);
  const who = record.personEmail ?? record.requestedUser;
  sendConfirmation(call, {
    view: belowProjectView(call, 'End connection', again),
    title: `End the connection of ${who}?`,
    text: `It comes from ${record.address}. A running query is cut off and its transaction rolled back.`,
    button: 'End connection',
    cancelPath: call.place,
    reason: 'asked',
  });
}

export async function endProjectConnection(call: ProjectCall): Promise<void> {
  const record = await requireConnection(call);
  const { reason } = parseForm(call, z.object({ reason: z.string().trim().min(1, 'say why').max(200) }));
  const capacity = record.userId === call.person.userId ? 'owner' : 'overseer';
  await endAndGoBack(call, { connection: record, capacity, reason }, call.place);
}

/**
 * Throws `not_found` when it has ended or is another project's, `forbidden` for another person's.
 */
async function requireConnection(call: ProjectCall): Promise<LiveConnectionRecord> {
  const { parts, project, person } = call;
  const record = await parts.liveConnections.find(idFrom<ConnectionId>(param(call, 'connectionId')));
  if (record?.projectId !== project.id) throw new PosternError('not_found', { params: { thing: 'connection' } });
  if (record.userId !== person.userId) {
    requireMay(person, 'account.end_connection', accountResource(project.accountId));
  }
  return record;
}
