// The words that a person at a terminal reads while logging in. Our own ASCII and the configured
// URL come first; names of others only once the login was approved (docs/security.md, T1 and T12).

import type { ProjectLabel } from '../../catalogue/tables/project-labels.ts';
import { formatDuration } from '../../duration.ts';
import type { Report } from '../../protocol/backend-messages.ts';
import { cleanForTerminal, cleanOperatorText, quoted } from '../../untrusted-text.ts';

const SUCCESSFUL_COMPLETION = '00000';

export interface ConnectedAs {
  readonly person: string;
  readonly projectName: string;
  readonly projectLabel: ProjectLabel;
  readonly database: string;
  readonly databaseRole: string;
}

export interface LoginNotices {
  /** The target is authorised and awake. */
  readonly authorised?: Report;
  /** The target is authorised and must be woken first. */
  readonly waking?: Report;
  readonly connecting?: Report;
  readonly connected?: (as: ConnectedAs) => Report;
}

export function notice(message: string): Report {
  return { severity: 'NOTICE', sqlstate: SUCCESSFUL_COMPLETION, message };
}

/** Neon's words (docs/protocol.md, "The link"); psql prints the final newline as a blank line. */
export function welcomeNotice(brand: string, loginUrl: string): Report {
  return notice(`Welcome to ${brand}!\nAuthenticate by visiting:\n    ${loginUrl}\n`);
}

export function expiryNotice(ttlMs: number, userCode: string): Report {
  return notice(`The link expires in ${formatDuration(ttlMs)}. The page must show this code: ${userCode}`);
}

export function halfTimeNotice(remainingMs: number): Report {
  return notice(`Still waiting; the link expires in ${formatDuration(remainingMs)}.`);
}

/** Of those who were asked; the link has no time of its own then. */
export function stillAskingNotice(remainingMs: number): Report {
  return notice(`Still waiting for their decision; ${formatDuration(aboutMs(remainingMs))} left.`);
}

function aboutMs(ms: number): number {
  return ms < 2 * 60_000 ? ms : Math.round(ms / 60_000) * 60_000;
}

export function moreTimeNotice(remainingMs: number): Report {
  const minutes = Math.max(1, Math.round(remainingMs / 60_000));
  return notice(`More time to decide; the link expires in about ${formatDuration(minutes * 60_000)}.`);
}

export const OPENED_NOTICE = notice('Opened in a browser.');

/** Names them, once the person at the browser has chosen to ask them. */
export function askedNotice(asked: string, waitMs: number): Report {
  const minutes = Math.max(1, Math.round(waitMs / 60_000));
  return notice(`Asked ${cleanForTerminal(asked)}; waiting up to ${minutes} min.`);
}

export function agreedNotice(name: string, missing: number): Report {
  const rest = missing === 0 ? '' : `; ${missing} more ${missing === 1 ? 'has' : 'have'} to`;
  return notice(`${cleanForTerminal(name)} agreed${rest}.`);
}

/** For a person who has just approved: one for each step. */
export const EACH_STEP_NOTICES: LoginNotices = {
  authorised: notice('Approved.'),
  waking: notice('Approved; waking the compute.'),
  // Neon's words (docs/protocol.md, "The link").
  connecting: notice('Connecting to database.'),
  // Names the person and the target, since psql's prompt shows only what was asked for.
  connected: (as) => notice(`Connected as ${cleanForTerminal(as.person)} to ${targetText(as)}.`),
};

/** Shows every use of a grant, and until when it holds (docs/security.md, "Grants"). */
export function grantNotices(grant: { readonly id: string; readonly until: Date }): LoginNotices {
  const until = `${grant.until.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return {
    waking: notice('Waking the compute.'),
    connected: (as) => ({
      ...notice(`Connected as ${cleanForTerminal(as.person)} under a grant until ${until}.`),
      detail: `${grant.id}: ${targetText(as)}.`,
    }),
  };
}

export function drainNotice(remainingMs: number): Report {
  return notice(`This gateway is restarting; the login must be approved within ${formatDuration(remainingMs)}.`);
}

export function operatorNotice(text: string): Report {
  return notice(`Message from an administrator: ${cleanOperatorText(text)}`);
}

function targetText({ projectName, projectLabel, database, databaseRole }: ConnectedAs): string {
  const label = projectLabel === 'none' ? '' : ` (${projectLabel})`;
  const [project, name, role] = [projectName, database, databaseRole].map((text) => quoted(cleanForTerminal(text)));
  return `project ${project}${label}, database ${name}, role ${role}`;
}
