import { describe, expect, it } from 'vitest';
import { guestMail, invitationMail } from '../../src/mail/invitation-mails.ts';
import { isPlainName, quotedName } from '../../src/mail/quoted-name.ts';

const LINKS = /https?:\/\/|www\.|mailto:|\S@\S+\.\S/;

describe('a name in a mail', () => {
  it.each([
    ['Acme', '"Acme"'],
    ['Your bill is due, see https://evil.example/pay', '"Your bill is due, see https[:]//evil[.]example/pay"'],
    ['www.evil.example', '"www[.]evil[.]example"'],
    ['evil。example', '"evil[.]example"'],
    ['write to bank@evil.example', '"write to bank[at]evil[.]example"'],
    ['mailto:bank@evil.example', '"mailto[:]bank[at]evil[.]example"'],
    ['tel:+15550100', '"tel[:]+15550100"'],
    ['Acme". Pay now: "', '"Acme\'. Pay now: \'"'],
    ['two\r\nlines', '"twolines"'],
    ['\u202egro.live', '"gro[.]live"'],
    ['x'.repeat(100), `"${'x'.repeat(64)}..."`],
    ['v2.0', '"v2[.]0"'],
    ['Acme Inc. of Ulm', '"Acme Inc. of Ulm"'],
  ])('is quoted and holds no link: %j', (name, shown) => {
    expect(quotedName(name)).toBe(shown);
    expect(quotedName(name)).not.toMatch(LINKS);
  });

  it('leaves our own link as the only one, and names the inviter', () => {
    const hostile = 'Pay at https://evil.example or www.evil.example';
    const facts = {
      to: 'ann@example.com',
      brand: 'Postern',
      link: 'https://postern.example.com/invitations/token',
      expiresAt: new Date(0),
    };
    const inviter = { kind: 'person', name: hostile, email: 'eve@example.com', emailVerified: true } as const;
    const unproved = { ...inviter, email: 'bank@evil.example', emailVerified: false };
    for (const mail of [
      invitationMail({ ...facts, inviter, organizationName: hostile }),
      guestMail({ ...facts, inviter, projectName: hostile }),
    ]) {
      expect(mail.text.match(/https?:\/\/\S+/g)).toEqual([facts.link]);
      expect(new Set(mail.html.match(/https?:\/\/[^\s"<]+/g))).toEqual(new Set([facts.link]));
      expect(mail.text).toContain('(eve@example.com)');
      expect(`${mail.subject}${mail.text}${mail.html}`).not.toContain('evil.example');
    }
    const mail = guestMail({ ...facts, inviter: unproved, projectName: 'shop' });
    expect(mail.text).toContain('who says to be bank[at]evil[.]example, which is not verified');
  });

  it('is plain in a subject only from a proved mailbox, next to another plain one', () => {
    const facts = {
      to: 'ann@example.com',
      brand: 'Postern',
      link: 'https://postern.example.com',
      expiresAt: new Date(0),
    };
    const kim = { kind: 'person', name: 'Kim Park', email: 'kim@example.com', emailVerified: true } as const;
    const subjects = [
      guestMail({ ...facts, inviter: kim, projectName: 'shop' }),
      guestMail({ ...facts, inviter: { ...kim, emailVerified: false }, projectName: 'shop' }),
      guestMail({ ...facts, inviter: { ...kim, name: 'Pay at evil.example' }, projectName: 'shop' }),
      guestMail({ ...facts, inviter: kim, projectName: 'Your account will be closed today' }),
      guestMail({ ...facts, inviter: { kind: 'operator' }, projectName: 'shop' }),
    ].map(({ subject }) => subject);
    expect(subjects).toEqual([
      'Kim Park shared shop with you',
      'The project "shop" on Postern is shared with you',
      'The project "shop" on Postern is shared with you',
      'The project "Your account will be closed today" on Postern is shared with you',
      'The project "shop" on Postern is shared with you',
    ]);
  });

  it.each(['Ann Example', 'Jean-Luc d’Arc', 'Zoë Müller', '山田 太郎', 'shop'])('may be plain: %s', (name) => {
    expect(isPlainName(name, 'Postern')).toBe(true);
  });

  it.each([
    'Your account is closed',
    'Postern Security',
    'ＰＯＳＴＥＲＮ Help',
    'P\u043estern Help',
    'evil.example',
    'ann@example.com',
    'Call 5550100',
    'Ann: pay now',
    'Ann "Boss',
    'Ann\u3164Boss',
    'two\nlines',
    'x'.repeat(33),
    '',
  ])('may not be plain: %j', (name) => {
    expect(isPlainName(name, 'Postern')).toBe(false);
  });
});
