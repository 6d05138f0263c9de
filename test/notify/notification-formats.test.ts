// What others chose for a name stays a name in every chat: no mention, no link, no marks.

import { describe, expect, it } from 'vitest';
import { NOTIFICATION_FORMATS } from '../../src/catalogue/tables/notifications.ts';
import { AUDIT_EVENT_CODES } from '../../src/catalogue/trail/audit-event-codes.ts';
import { classOfEvent } from '../../src/catalogue/trail/queue-notifications.ts';
import { notificationBody } from '../../src/notify/notification-formats.ts';
import { notificationMessage } from '../../src/notify/notification-message.ts';

const HOSTILE = [
  ...['<!channel>', '<!here>', '<@U0123>', '@everyone', '@channel', '<@&42>', '<at>Ann</at>', '&lt;!channel&gt;'],
  ...['[click](https://evil.example)', '<https://evil.example|click>', 'https://evil.example', '`@all`', '```\n@here'],
  ...['*bold* _it_ ~x~', '"}],"blocks":[', '\u202e\u0000evil', '![x](https://evil.example/x.png)', 'x'.repeat(5_000)],
];

const where = { organization: 'Acme', accountId: 'org-a-b-1', url: 'https://postern.example' };

function bodyOf(format: (typeof NOTIFICATION_FORMATS)[number], hostile: string) {
  const event = {
    ...{ event: 'membership.created', at: '2026-01-02T03:04:05.678Z', actor_type: 'person', actor_email: hostile },
    ...{ subject: hostile, reason: hostile, browser_ip: '203.0.113.9', untrusted_application: hostile },
  };
  return notificationBody(format, notificationMessage(event, { ...where, organization: hostile }), event);
}

/** Every text with the keys above it. */
function texts(value: unknown, path: readonly string[] = []): Array<readonly [path: string, text: string]> {
  if (typeof value === 'string') return [[path.join('.'), value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => texts(part, [...path, key]));
}

describe('a name from outside', () => {
  it.each(HOSTILE)('is only in plain_text of Slack: %s', (hostile) => {
    const body = bodyOf('slack', hostile);
    const blocks = JSON.stringify(body, (_key, value) =>
      typeof value === 'object' && value !== null && value.type === 'plain_text' ? { ...value, text: '' } : value,
    );
    expect(
      texts(JSON.parse(blocks))
        .map(([, text]) => text)
        .join('\n'),
    ).not.toMatch(/evil\.example|[@<`]|!channel|xxx/);
    expect(blocks).not.toContain('mrkdwn');
  });

  it.each(HOSTILE)('is only in text runs of Teams, which know no marks: %s', (hostile) => {
    const body = bodyOf('teams', hostile);
    const marked = JSON.stringify(body, (_key, value) =>
      typeof value === 'object' && value !== null && value.type === 'TextRun' ? null : value,
    );
    expect(
      texts(JSON.parse(marked))
        .map(([, text]) => text)
        .join('\n'),
    ).not.toMatch(/evil\.example|[@<`]|!channel|xxx/);
    expect(JSON.stringify(body)).not.toContain('msteams');
  });

  it.each(HOSTILE)('is inside code that it cannot end in Mattermost and Discord: %s', (hostile) => {
    for (const format of ['mattermost', 'discord'] as const) {
      for (const [path, text] of texts(bodyOf(format, hostile))) {
        if (!/fields\.\d+\.value$/.test(path)) expect(text, path).not.toMatch(/evil\.example|[@<`]|xxx/);
        else expect(text, path).toMatch(/^`[^`\n]+`$/);
      }
    }
    expect(bodyOf('discord', hostile)).toMatchObject({ allowed_mentions: { parse: [] } });
  });

  it('is at most 256 characters long and without controls', () => {
    for (const format of NOTIFICATION_FORMATS.filter((each) => each !== 'json')) {
      for (const hostile of HOSTILE) {
        for (const [, text] of texts(bodyOf(format, hostile))) {
          expect(text.length).toBeLessThan(300);
          expect(text).not.toMatch(/\p{Cc}|\u202e/u);
        }
      }
    }
  });
});

it('every event of which somebody can be told has a title of its own', () => {
  const told = Object.keys(AUDIT_EVENT_CODES).filter((event) => classOfEvent(event, null) !== null);
  const titles = told.map((event) => notificationMessage({ event }, where).title);
  expect(told).toEqual(expect.arrayContaining(['access_request.made', 'login.reported', 'membership.removed']));
  expect(new Set(titles).size).toBe(told.length);
  expect(titles).not.toContain('Something changed');
});

it('every format says who, what, from where, and links to the console', () => {
  const event = {
    ...{ event: 'membership.removed', at: '2026-01-02T03:04:05.678Z', actor_email: 'ann@acme.example' },
    ...{ actor_type: 'person', subject: 'bob@acme.example', reason: 'removed', browser_ip: '203.0.113.9' },
  };
  for (const format of NOTIFICATION_FORMATS) {
    const body = JSON.stringify(notificationBody(format, notificationMessage(event, where), event));
    for (const text of ['ann@acme.example', 'bob@acme.example', '203.0.113.9', 'A member was removed or left']) {
      expect(body, format).toContain(text);
    }
    expect(body).toContain('https://postern.example/app/org-a-b-1/people');
  }
});

it('what tells of a request, or of a broken glass, leads to its page', () => {
  const linkOf = (event: Record<string, string>) => notificationMessage(event, where).link;
  const id = { access_request_id: 'ar-1' };
  expect(linkOf({ event: 'access_request.made', ...id })).toBe('https://postern.example/app/me/requests/ar-1');
  expect(linkOf({ event: 'break_glass.broken', ...id })).toBe('https://postern.example/app/me/requests/ar-1');
  expect(linkOf({ event: 'access_request.made' })).toBe('https://postern.example/app/me/requests');
  const named = linkOf({ event: 'break_glass.person_named' });
  expect(named).toBe('https://postern.example/app/org-a-b-1/settings/break-glass');
});
