// Events of the audit trail and User-Agent headers in words; the latter is a guess, for display.

import type { AuditEventBody } from '../../../catalogue/trail/audit-events.ts';
import { cleanForPage } from '../../../untrusted-text.ts';

const SENTENCES: Readonly<Record<string, string>> = {
  'login.claimed': 'Opened a login link',
  'login.approved': 'Approved a login',
  'login.denied': 'Denied a login',
  'login.reported': 'Reported a login: not me',
  'login.refused': 'A login was refused',
  'login.consumed': 'A terminal used the approval',
  'grant.created': 'An approval was remembered',
  'grant.used': 'A remembered approval was used',
  'grant.ended': 'A remembered approval was used up',
  'grant.revoked': 'Revoked a remembered approval',
  'connection.started': 'Connected',
  'connection.ended': 'Disconnected',
  'connection.failed': 'A connection failed',
  'secret.created': 'Made a key or token',
  'secret.used': 'A key or token was used',
  'secret.revoked': 'Revoked a key or token',
  'signin.succeeded': 'Signed in',
  'signin.failed': 'Signing in failed',
  signout: 'Signed out',
  'signout.everywhere': 'Signed out everywhere',
  'identity.changed': 'Changed name or password',
};

const REFUSED: Readonly<Record<string, string>> = {
  'login.approved': 'An approval came to nothing',
  'login.denied': 'A denial came to nothing',
  'login.reported': 'A report came to nothing',
};
const REASONS: Readonly<Record<string, string>> = {
  sign_in_again: 'a fresh sign-in was asked for',
  too_late: 'too late',
};

/** An event without a sentence is shown by its name: `Login expired`. */
export function historyRow(event: AuditEventBody) {
  const name = String(event.event ?? '');
  const sentence = event.outcome === 'refused' ? (REFUSED[name] ?? SENTENCES[name]) : SENTENCES[name];
  const reason = event.outcome === 'refused' ? REASONS[String(event.reason)] : undefined;
  const detail = reason ?? event.subject ?? event.database ?? event.project_id ?? event.account_id ?? null;
  const from = event.terminal_ip ?? event.browser_ip ?? null;
  return {
    at: new Date(String(event.at ?? '')),
    what: sentence ?? sentenceOf(name),
    detail: detail === null ? null : cleanForPage(String(detail)),
    from: from === null ? null : cleanForPage(String(from)),
  };
}

function sentenceOf(name: string): string {
  const words = name.replaceAll('.', ' ').replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

// In this order: later browsers name earlier ones too.
const BROWSERS: ReadonlyArray<readonly [RegExp, string]> = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/HeadlessChrome\//, 'Chrome without a screen'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
  [/^curl\//, 'curl'],
];
const SYSTEMS: ReadonlyArray<readonly [RegExp, string]> = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

/** `Firefox on macOS`; an unknown one is shown cleaned. */
export function browserInWords(userAgent: string): string {
  const browser = BROWSERS.find(([pattern]) => pattern.test(userAgent))?.[1];
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  if (browser === undefined) return userAgent === '' ? 'a browser without a name' : cleanForPage(userAgent);
  return system === undefined ? browser : `${browser} on ${system}`;
}
