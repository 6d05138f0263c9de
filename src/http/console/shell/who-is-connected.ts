// Whom an act reaches at their terminals, in words, before anybody decides on it: who is connected
// now through what it takes away.

import { TOUCHES_NOBODY } from '../../../../web/pages/console/confirm-page.tsx';
import { accountResource, may } from '../../../catalogue/rights/permissions.ts';
import type { LiveConnectionFilter, LiveConnectionRecord } from '../../../fleet/live-connection.ts';
import type { AccountId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import type { ConsoleCall } from './console-call.ts';

const MAX_NAMED = 5;

interface Asked extends LiveConnectionFilter {
  /** The account whose connections they are: names are for those who may see who is connected. */
  readonly of: AccountId;
}

/** `2 people are connected: gina@…, sam@….` */
export async function whoIsConnected(call: ConsoleCall, { of, ...filter }: Asked): Promise<string> {
  const connections = await findConnections(call, filter);
  if (connections === null) return 'We can’t tell right now who is connected.';
  const isNaming = may(call.person, 'account.read_connections', accountResource(of));
  return connectedInWords(connections, isNaming ? 'named' : 'counted');
}

/** Of one person, whom the question names: `They have 2 open connections.` */
export async function theirConnections(call: ConsoleCall, filter: LiveConnectionFilter): Promise<string> {
  const connections = await findConnections(call, filter);
  if (connections === null) return 'We can’t tell right now whether they are connected.';
  if (connections.length === 0) return TOUCHES_NOBODY.them;
  return `They have ${countOf(connections.length, 'open connection')}.`;
}

/** How many of the person's own connections there are; null while that is unknown. */
export async function ownConnections(call: ConsoleCall, filter: LiveConnectionFilter = {}): Promise<number | null> {
  const found = await findConnections(call, { ...filter, userId: call.person.userId });
  return found?.length ?? null;
}

/** Null while that is unknown: what ends access must not wait for it. */
async function findConnections({ parts, request }: ConsoleCall, filter: LiveConnectionFilter) {
  return await parts.liveConnections.list(filter).catch((error: unknown) => {
    request.log.warn(
      { event: 'console.connections_unknown', err: error },
      'a question is asked without who is connected',
    );
    return null;
  });
}

export function connectedInWords(
  connections: ReadonlyArray<Pick<LiveConnectionRecord, 'personEmail'>>,
  how: 'named' | 'counted',
): string {
  const emails = connections.flatMap(({ personEmail }) => personEmail ?? []);
  const people = [...new Set(emails)];
  const byPassword = connections.length - emails.length;
  const names = how === 'named' && people.length > 0 ? `: ${namesOf(people)}` : '';
  const passwords = byPassword === 0 ? '' : `${countOf(byPassword, 'connection')} by password`;
  if (people.length === 0) return passwords === '' ? TOUCHES_NOBODY.anybody : `${isAre(byPassword, passwords)} open.`;
  const sentence = `${countOf(people.length, 'person', 'people')} ${people.length === 1 ? 'is' : 'are'} connected${names}.`;
  return passwords === '' ? sentence : `${sentence} ${isAre(byPassword, passwords)} open, too.`;
}

function isAre(count: number, what: string): string {
  return `${what} ${count === 1 ? 'is' : 'are'}`;
}

export function namesOf(people: readonly string[]): string {
  const named = people.slice(0, MAX_NAMED).map(cleanForPage).join(', ');
  return people.length > MAX_NAMED ? `${named} and ${people.length - MAX_NAMED} more` : named;
}

/** `1 connection`, `3 connections`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
