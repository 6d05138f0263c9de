// The pages and forms about an organization's people.

import { Router as createRouter, type Router } from 'express';
import type { ConsoleParts } from '../shell/console-parts.ts';
import { type Acting, formRoute, pageRoute, type Showing } from '../shell/form-route.ts';
import * as guests from './guests-page.ts';
import * as members from './members-page.ts';
import { openPeople, type PeopleCall } from './open-people.ts';
import * as invites from './pending-invites.ts';

type Show = Showing<PeopleCall>;
type Act = Acting<PeopleCall>;

const PEOPLE = '/app/:accountId/people';

/** Path, page. */
const PAGES: ReadonlyArray<readonly [string, Show]> = [
  ['', members.showMembers],
  ['/members/:membershipId/remove', members.askRemoveMember],
  ['/invite', invites.showInviteMembers],
  ['/invitations', invites.showPendingInvites],
  ['/guests', guests.showGuests],
  ['/invite-guests', guests.showInviteGuests],
  ['/guests/:shareId/remove', guests.askRemoveGuest],
];

/** Path, handler of the form, and the page shown again when it is refused. */
const FORMS: ReadonlyArray<readonly [string, Act, Show]> = [
  ['/members/:membershipId/role', members.changeMemberRole, members.showMembers],
  ['/members/:membershipId/remove', members.removeMemberOrLeave, members.askRemoveMember],
  ['/invite', invites.invite, invites.showInviteMembers],
  ['/invitations/:invitationId/resend', invites.resend, invites.showPendingInvites],
  ['/invitations/:invitationId/cancel', invites.cancel, invites.showPendingInvites],
  ['/invite-guests', guests.inviteGuests, guests.showInviteGuests],
  ['/guests/convert', guests.convert, guests.showGuests],
  ['/guests/:shareId/remove', guests.removeGuest, guests.askRemoveGuest],
];

export function peopleRoutes(parts: ConsoleParts): Router {
  const router = createRouter();
  for (const [path, show] of PAGES) router.get(PEOPLE + path, pageRoute(parts, openPeople, show));
  for (const [path, act, show] of FORMS) router.post(PEOPLE + path, formRoute(parts, openPeople, { act, show }));
  return router;
}
