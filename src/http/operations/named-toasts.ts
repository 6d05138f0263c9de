// Says in the toast whom an act reached: the address has the connections' ids, and the names are
// those of connections in the scope that are still there.

import type { ConsoleView } from '../../../web/components/console/console-view.ts';
import { type ConnectionId, idFrom } from '../../ids.ts';
import { queryText } from '../console/shell/console-call.ts';
import { findDoneNoticeTo } from '../console/shell/done-notices.ts';
import { namesOf } from '../console/shell/who-is-connected.ts';
import { findInScope, type OperationsCall } from './operations-scope.ts';

const MAX_NAMED = 5;

/** Empty for more than a toast names. */
export function toParam(ids: readonly ConnectionId[]): string {
  return ids.length > MAX_NAMED ? '' : `&to=${ids.join('.')}`;
}

export async function withNames(call: OperationsCall, view: ConsoleView): Promise<ConsoleView> {
  const ids = queryText(call, 'to').split('.').filter(Boolean).slice(0, MAX_NAMED);
  if (view.toast === null || ids.length === 0) return view;
  const found = await findInScope(call, ids.map(idFrom<ConnectionId>));
  const people = new Set(found.map(({ personEmail, requestedUser }) => personEmail ?? requestedUser));
  const title = people.size === 0 ? null : findDoneNoticeTo(queryText(call, 'done'), namesOf([...people]));
  return title === null ? view : { ...view, toast: { ...view.toast, title } };
}
