// The events of a person's logins and sign-ins as one row each: what was reached, with what, from
// where, from when to when, and how it ended.

import type { RecentLogin } from '../../../../web/components/console/tables/recent-logins.tsx';
import { ageInWords } from '../../../../web/components/ops/words.ts';
import type { AuditEventBody } from '../../../catalogue/trail/audit-events.ts';
import type { OperatorEnding } from '../../../catalogue/trail/audit-trail-reader.ts';
import { cleanForPage } from '../../../untrusted-text.ts';

interface Known {
  readonly projects: ReadonlyMap<string, string>;
  /** By connection: who ended it, where a person did, and why. */
  readonly endings: ReadonlyMap<string, OperatorEnding>;
}

/** Making and revoking keys is no login. */
const NO_LOGIN = /^(secret\.(created|revoked|rejected)|identity\.)/;

/** Newest first, as given. */
export function recentLogins(events: readonly AuditEventBody[], known: Known): RecentLogin[] {
  return groupsOf(events.filter(({ event }) => !NO_LOGIN.test(String(event)))).map((group) => rowOf(group, known));
}

/** Of one login: the events of its request and of the connections that it opened. */
function groupsOf(events: readonly AuditEventBody[]): AuditEventBody[][] {
  const requestOf = new Map<string, string>();
  for (const { connection_id, login_request_id } of events) {
    if (connection_id !== undefined && login_request_id !== undefined)
      requestOf.set(String(connection_id), String(login_request_id));
  }
  const groups = new Map<string, AuditEventBody[]>();
  for (const event of events) {
    const { connection_id: connection, login_request_id: request } = event;
    const key = request ?? requestOf.get(String(connection)) ?? connection ?? event.id;
    groups.set(String(key), [...(groups.get(String(key)) ?? []), event]);
  }
  return [...groups.values()];
}

function rowOf(group: readonly AuditEventBody[], known: Known): RecentLogin {
  const find = (field: string) => {
    const value = group.find((event) => event[field] !== undefined)?.[field];
    return value === undefined ? null : cleanForPage(String(value));
  };
  const times = group.map(({ at }) => Date.parse(String(at)));
  const projectId = find('project_id');
  const isSignIn = group.every(({ event }) => /^sign/.test(String(event)));
  return {
    id: String(group[0]?.id),
    what: isSignIn ? 'Console' : projectId === null ? 'A login link' : projectIn(known, projectId),
    application: isSignIn ? null : find('untrusted_application'),
    from: find('terminal_ip') ?? find('browser_ip'),
    startedAt: new Date(Math.min(...times)),
    endedAt: group.some(({ event }) => event === 'connection.ended') ? new Date(Math.max(...times)) : null,
    outcome: outcomeOf(group, known),
  };
}

function projectIn({ projects }: Known, projectId: string): string {
  return cleanForPage(projects.get(projectId) ?? projectId);
}

type Says = (event: AuditEventBody, known: Known) => string;

/** The first of these that happened says how it went. */
const OUTCOMES: ReadonlyArray<readonly [event: string, says: string | Says]> = [
  ['login.report_undone', 'You reported it, and took that back'],
  ['login.reported', 'You reported it: not me'],
  ['login.denied', 'You denied it'],
  ['login.refused', (event) => `Refused${why(event)}`],
  ['connection.failed', (event) => `Failed${why(event)}`],
  ['connection.ended', endingInWords],
  ['connection.started', 'Connected'],
  ['login.approved', (event) => (event.outcome === 'refused' ? `Not approved${why(event)}` : 'Approved')],
  ['grant.revoked', 'You ended a remembered approval'],
  ['grant.used', 'Let in by a remembered approval'],
  ['grant.ended', 'A remembered approval ran out'],
  ['secret.used', 'A key or token was used'],
  ['signin.succeeded', 'Signed in'],
  ['signin.failed', 'Signing in failed'],
  ['signout.everywhere', 'Signed out everywhere'],
  ['signout', 'Signed out'],
  ['login.claimed', 'You opened the link'],
];

function outcomeOf(group: readonly AuditEventBody[], known: Known): string {
  for (const [name, says] of OUTCOMES) {
    const event = group.find((one) => one.event === name);
    if (event !== undefined) return typeof says === 'string' ? says : says(event, known);
  }
  const words = String(group[0]?.event ?? '').replaceAll(/[._]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function endingInWords(event: AuditEventBody, { endings }: Known): string {
  const lasting = typeof event.duration_ms === 'number' ? ` after ${ageInWords(event.duration_ms)}` : '';
  const byOperator = endings.get(String(event.connection_id));
  if (byOperator !== undefined)
    return `Ended by ${cleanForPage(byOperator.who)}${lasting}: ${cleanForPage(byOperator.reason)}`;
  const isOwn = event.reason === 'client_closed' || event.reason === 'terminal_closed';
  return isOwn ? `Closed${lasting}` : `Ended${lasting}${why(event)}`;
}

function why({ reason }: AuditEventBody): string {
  return reason === undefined ? '' : `: ${cleanForPage(String(reason)).replaceAll('_', ' ')}`;
}
