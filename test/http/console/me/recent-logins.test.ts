import { expect, it } from 'vitest';
import type { AuditEventBody } from '../../../../src/catalogue/trail/audit-events.ts';
import { recentLogins } from '../../../../src/http/console/me/recent-logins.ts';

const AT = { first: '2026-11-28T17:53:00.000Z', last: '2026-11-28T17:54:00.000Z' };
const KNOWN = { projects: new Map([['project-1', 'shop']]), endings: new Map() };
const CONNECTED = {
  project_id: 'project-1',
  connection_id: 'con-1',
  terminal_ip: '203.0.113.7',
  untrusted_application: 'psql',
};
const LOGIN: readonly AuditEventBody[] = [
  { id: '4', at: AT.last, event: 'connection.ended', reason: 'terminal_closed', duration_ms: 60_000, ...CONNECTED },
  { id: '3', at: AT.first, event: 'connection.started', login_request_id: 'login-1', ...CONNECTED },
  { id: '2', at: AT.first, event: 'login.approved', login_request_id: 'login-1', ...CONNECTED },
  { id: '1', at: AT.first, event: 'login.claimed', login_request_id: 'login-1' },
];

it('makes one row of the events of a login, with its project, times and end', () => {
  expect(recentLogins(LOGIN, KNOWN)).toEqual([
    {
      id: '4',
      what: 'shop',
      application: 'psql',
      from: '203.0.113.7',
      startedAt: new Date(AT.first),
      endedAt: new Date(AT.last),
      outcome: 'Closed after 1m 00s',
    },
  ]);
});

it('says who ended a connection, and why', () => {
  const endings = new Map([['con-1', { who: 'olga@example.com', reason: 'maintenance' }]]);
  const [row] = recentLogins(LOGIN, { ...KNOWN, endings });
  expect(row?.outcome).toBe('Ended by olga@example.com after 1m 00s: maintenance');
});

it.each([
  ['login.denied', {}, 'You denied it'],
  ['login.approved', { outcome: 'refused', reason: 'too_late' }, 'Not approved: too late'],
  ['connection.failed', { reason: 'upstream_unreachable' }, 'Failed: upstream unreachable'],
  ['signin.succeeded', {}, 'Signed in'],
  ['something.new', {}, 'Something new'],
])('says how %s went', (event, fields, outcome) => {
  expect(recentLogins([{ id: '1', at: AT.first, event, ...fields }], KNOWN)[0]?.outcome).toBe(outcome);
});

it('leaves out keys and tokens that were made, and names known projects only', () => {
  const made = { id: '2', at: AT.first, event: 'secret.created', subject: 'password of role shop_owner' };
  const elsewhere = { id: '1', at: AT.first, event: 'connection.started', project_id: 'project-2' };
  expect(recentLogins([made, elsewhere], KNOWN).map(({ what }) => what)).toEqual(['project-2']);
});
