// Ends the connections that are ticked in the list: asks why, and says whom it reaches.

import { z } from 'zod';
import * as actions from '../../actions/connections/act-on-connections.ts';
import type { LiveConnectionRecord } from '../../fleet/live-connection.ts';
import type { ConnectionId } from '../../ids.ts';
import { type Again, goTo, parseForm, sendConfirmation } from '../console/shell/console-call.ts';
import { connectedInWords, countOf } from '../console/shell/who-is-connected.ts';
import { idList, operatorReason } from './act-on-connections.ts';
import { cleanPlace, placeOf, placeText } from './list-place.ts';
import { findInScope, type OperationsCall, operationsView, requireScoped } from './operations-scope.ts';

/** The most at once: their ids fit into an address, and a whole node is drained instead. */
const MAX_ENDED = 100;
const idsText = idList(20 * MAX_ENDED).refine((ids) => ids.length <= MAX_ENDED, `at most ${MAX_ENDED} at once`);

const endForm = z.object({ connections: idsText, reason: operatorReason, list: placeText.default('') });

export async function askEndings(call: OperationsCall, again?: Again): Promise<void> {
  requireScoped(call, 'end');
  const { scope, request } = call;
  const place = placeOf(call, again);
  const asked = idsText.safeParse(again?.typed.connections ?? request.query.connections ?? '');
  if (!asked.success) return goTo(call, scope.listPath + place, 'too_many_ticked');
  const found = await findInScope(call, asked.data);
  if (found.length === 0 && again === undefined) return goTo(call, scope.listPath + place, 'connections_gone');
  sendConfirmation(call, {
    view: operationsView(call, { label: 'End connections', href: `${scope.connectionsPath}/end` }, again),
    title: `End ${countOf(found.length, 'connection')}?`,
    text: 'Running queries are cut off within a second and their transactions rolled back.',
    touches: whomInWords(found, asked.data),
    button: found.length === 1 ? 'End connection' : 'End connections',
    cancelPath: scope.listPath + place,
    fields: { connections: asked.data.join(','), list: place },
    reason: 'asked',
  });
}

function whomInWords(found: readonly LiveConnectionRecord[], asked: readonly ConnectionId[]): string {
  const gone = new Set(asked).size - found.length;
  const whom = connectedInWords(found, 'named');
  return gone === 0
    ? whom
    : `${whom} ${countOf(gone, 'selected connection')} ${gone === 1 ? 'is' : 'are'} over already.`;
}

/** Connections beyond the scope are left out. */
export async function endConnections(call: OperationsCall): Promise<void> {
  requireScoped(call, 'end');
  const { parts, context, scope } = call;
  const { connections: ids, reason, list } = parseForm(call, endForm);
  const connections = await findInScope(call, ids);
  const ended = await actions.endConnections(parts, context, { connections, capacity: scope.capacity, reason });
  const code = ended === new Set(ids).size ? 'connections_ended' : 'connections_ended_some';
  goTo(call, scope.listPath + cleanPlace(list), ended === 0 ? 'connections_gone' : code);
}
