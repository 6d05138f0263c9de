import { expect, it } from 'vitest';
import { accountChangedMail, noPasswordMail, proveEmailMail, resetMail } from '../../src/mail/account-mails.ts';
import { guestMail, invitationMail } from '../../src/mail/invitation-mails.ts';
import { newTerminalMail, reportedLoginMail, reportUndoneMail } from '../../src/mail/login-mails.ts';
import type { Mail } from '../../src/mail/mailer.ts';
import { organizationDecidedMail, organizationRequestedMail } from '../../src/mail/organization-mails.ts';

const url = 'https://console.example.com';
const link = `${url}/invitations/token?a=1&b=2`;
const at = new Date('2026-12-05T19:02:32.564Z');
const LONGEST = 'x'.repeat(64);
const CHANGES = [
  ...(['password_changed', 'password_reset', 'reset_link_made', 'disabled', 'enabled'] as const),
  ...(['operator_made', 'operator_unmade', 'removed'] as const),
].map((kind) => ({ kind }));

/** Each with its link; null where there is nothing to open. */
function mailsOf({ brand, name }: { readonly brand: string; readonly name: string }): Array<[Mail, string | null]> {
  const facts = { to: 'kim@example.com', brand, url };
  const person = { name, email: 'ann@example.com', emailVerified: true };
  const invitation = { ...facts, link, expiresAt: at, organizationName: name, projectName: name };
  const inviters = [
    { kind: 'person', ...person },
    { kind: 'person', ...person, emailVerified: false },
    { kind: 'api_key' },
    { kind: 'operator' },
  ] as const;
  const terminal = { terminalAddress: '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', application: name };
  const reported = { ...terminal, personEmail: `${name}@example.com`, requestedUser: name, askedAt: at };
  const place = `${url}/app/org-1`;
  const request = { ...facts, organizationName: name };
  return [
    ...inviters.flatMap(
      (inviter): Array<[Mail, string]> => [
        [invitationMail({ ...invitation, inviter }), link],
        [guestMail({ ...invitation, inviter }), link],
      ],
    ),
    ...(['let_in', 'code'] as const).map((how): [Mail, string] => [
      newTerminalMail({ ...facts, ...terminal, browserAddress: '203.0.113.9', at, how }),
      `${url}/app/me/sessions`,
    ]),
    [reportedLoginMail({ ...facts, place, organizationName: name, reported }), `${place}/settings`],
    [
      reportUndoneMail({ ...facts, place, organizationName: name, reported }),
      `${place}/connections/audit?event=login.report_undone`,
    ],
    [resetMail({ ...facts, link }), link],
    [noPasswordMail(facts), `${url}/sign-in`],
    [proveEmailMail({ ...facts, link }), link],
    ...CHANGES.map((what): [Mail, null] => [accountChangedMail({ ...facts, what }), null]),
    [accountChangedMail({ ...facts, what: { kind: 'email_changed', from: name, email: name } }), null],
    [accountChangedMail({ ...facts, what: { kind: 'identity_linked', issuer: url } }), `${url}/app/me/sessions`],
    [accountChangedMail({ ...facts, what: { kind: 'identity_unlinked', issuer: url } }), `${url}/app/me/sessions`],
    [organizationRequestedMail({ ...request, requester: person, adminEmail: person.email }), `${url}/ops/requests`],
    [
      organizationDecidedMail({ ...request, decision: { kind: 'approved', organizationId: 'org-1' } }),
      `${place}/projects`,
    ],
    [
      organizationDecidedMail({ ...request, decision: { kind: 'declined', reason: `${name}, ${name}` } }),
      `${url}/app/organizations/new`,
    ],
  ];
}

/** As a mail reader shows it. */
const read = (html: string) => html.replace(/&#(\d+);/g, (_whole, code: string) => String.fromCharCode(Number(code)));

it.each([
  { brand: 'Postern', name: 'Acme' },
  { brand: 'B'.repeat(32), name: LONGEST },
  { brand: '<b>R&D</b>', name: `<img src=x onerror="alert('1')">` },
])('every mail has a short subject, no ISO time, loads nothing: $brand, $name', (facts) => {
  for (const [{ subject, text, html }, way] of mailsOf(facts)) {
    expect(subject.length, subject).toBeLessThanOrEqual(78);
    expect(`${subject}${text}${html}`).not.toMatch(/\d{4}-\d{2}-\d{2}|\d{2}:\d{2}:\d{2}/);
    expect(html).not.toMatch(/<(?:img|script|style|link|svg|iframe|b)\b|<[^>]*\bsrc=|url\(|@import/i);
    expect(html.match(/<title>/g)).toHaveLength(1);
    expect(text).not.toMatch(/undefined|null|&#/);
    expect(text).toContain('You got this mail because');
    expect(read(html)).toContain('You got this mail because');
    if (way === null) continue;
    expect(text).toContain(way);
    // The button, and the same to copy; or in a sentence.
    expect(read(html)).toContain(`>${way}<`);
  }
});

it('an invitation reads as its inviter would write it', () => {
  const inviter = { kind: 'person', name: 'Ann Example', email: 'ann@example.com', emailVerified: true } as const;
  const facts = { to: 'kim@example.com', brand: 'Postern', inviter, link, expiresAt: at };
  const mail = invitationMail({ ...facts, organizationName: 'Example Org' });
  expect(mail.subject).toBe('Ann Example invited you to Example Org');
  expect(mail.text).toBe(`Ann Example (ann@example.com) invited you to the organization Example Org on Postern.

Accept the invitation:
${link}

Sign in or create an account to accept. The link works until Saturday, 5 December, 19:02 UTC.

-- 
Postern connects people to their databases from any terminal, no passwords needed.
You got this mail because somebody entered your address. If you don’t know them, you can ignore it: nothing happens without you.
`);
  expect(read(mail.html)).toContain(`<a href="${link}"`);
});
