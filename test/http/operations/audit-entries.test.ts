import { describe, expect, it } from 'vitest';
import { AUDIT_EVENT_CODES, type AuditEventName } from '../../../src/catalogue/trail/audit-event-codes.ts';
import { auditEntries, sentenceOf } from '../../../src/http/operations/audit-entries.ts';
import { AUDIT_SENTENCES } from '../../../src/http/operations/audit-sentences.ts';

const NAMES = { projects: new Map([['damp-pine-1', 'shop']]), accounts: new Map([['org-1', 'Example Org']]) };
const KIM = { actor_type: 'person', actor_id: 'u1', actor_email: 'kim@example.com' };
const TERMINAL = { terminal_ip: '127.0.0.1', untrusted_application: 'psql' };
const SHOP = { project_id: 'damp-pine-1', account_id: 'org-1' };

let count = 0;
function event(name: string, fields: Record<string, string | number | boolean> = {}) {
  count += 1;
  const at = new Date(Date.UTC(2026, 10, 29, 12, 0, count)).toISOString();
  return { id: `e${count}`, at, event: name, code: 'PL12S', outcome: 'success', ...KIM, ...fields };
}

const names = Object.keys(AUDIT_EVENT_CODES) as AuditEventName[];

describe('the sentences of the audit trail', () => {
  it('exist for every event, each with a title of its own', () => {
    expect(Object.keys(AUDIT_SENTENCES).sort()).toEqual([...names].sort());
    const titles = names.map((name) => AUDIT_SENTENCES[name][0]);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it.each(names)('say %s in whole words, whatever is known of it', (name) => {
    const full = { ...TERMINAL, ...SHOP, subject: 'gina@example.com', reason: 'maintenance', duration_ms: 60_000 };
    for (const known of [full, {}]) {
      const sentence = sentenceOf(event(name, known), NAMES);
      expect(sentence).toMatch(/^[\p{L}].{8,}$/u);
      expect(sentence).not.toMatch(/undefined|null|NaN|\(\)| {2}|damp-pine/);
    }
  });

  it('name people, terminals, projects and reasons', () => {
    const told = (name: string, fields = {}) => sentenceOf(event(name, { ...TERMINAL, ...SHOP, ...fields }), NAMES);
    expect(told('login.approved')).toBe('kim@example.com approved psql from 127.0.0.1 for shop');
    expect(told('membership.created', { subject: 'sam@example.com', reason: 'admin' })).toBe(
      'kim@example.com added sam@example.com to Example Org (admin)',
    );
    expect(told('ops.connection_ended', { subject: 'gina@example.com', outcome: 'failure' })).toBe(
      'Failed: kim@example.com ended a connection of gina@example.com',
    );
    expect(told('login.approved', { outcome: 'refused' })).toMatch(/^Refused: /);
  });

  it('show no control characters of the words of a client', () => {
    const told = event('login.requested', { ...TERMINAL, untrusted_application: 'psql\u001b[31m\u202e' });
    expect(sentenceOf(told, NAMES)).toBe('psql[31m from 127.0.0.1 asked for a link');
  });
});

describe('the entries of a page', () => {
  it('hold the events of one login together, told by the one that says most', () => {
    const login = { ...TERMINAL, ...SHOP, login_request_id: 'l1' };
    const requested = event('login.requested', login);
    const approved = event('login.approved', login);
    const remembered = event('grant.created', { ...login, duration_ms: 28_800_000 });
    const other = event('signin.succeeded', { browser_ip: '192.0.2.7' });
    const started = event('connection.started', login);
    const entries = auditEntries([started, other, remembered, approved, requested], NAMES);
    expect(entries.map(({ sentence }) => sentence)).toEqual([
      'kim@example.com approved psql from 127.0.0.1 for shop, remembered 8h 00m',
      'kim@example.com signed in from 192.0.2.7',
    ]);
    expect(entries[0]?.events.map(({ id }) => id)).toEqual(
      [started, remembered, approved, requested].map(({ id }) => id),
    );
  });

  it('carry each event whole, so that it can be copied', () => {
    const one = event('signout');
    expect(JSON.parse(auditEntries([one], NAMES)[0]?.json ?? '')).toEqual(one);
  });
});
