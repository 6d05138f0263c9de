// Tells the admins of a person's organizations that the person reported a login ("this was not
// me"): by mail, and by an event in each organization's audit trail.

import { adminsOverPerson } from '../../catalogue/accounts/admins-over-person.ts';
import type { PersonAtBrowser } from '../../login/request/login-audit-event.ts';
import { loginAuditEvent } from '../../login/request/login-audit-event.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import { type ReportedLogin, reportedLoginMail } from '../../mail/reported-login-mail.ts';
import type { DecisionParts } from './decision-parts.ts';

/**
 * Never throws: the terminal is denied and blocked already. Resolves when the mails are on their
 * way.
 */
export async function tellAdmins(parts: DecisionParts, request: LoginRequest, person: PersonAtBrowser): Promise<void> {
  const { catalogue, services, mailer, brand, address, log } = parts;
  try {
    const organizations = await adminsOverPerson(catalogue, person.userId);
    for (const { id } of organizations) {
      const happening = { event: 'login.reported', outcome: 'success', nodeId: services.nodeId } as const;
      const event = loginAuditEvent(request, person, { ...happening, at: services.clock.now() });
      // The person's own event stands apart, so that the own history has it once.
      const asSystem = { actorType: 'system', actorId: null, actorEmail: null, subject: person.email } as const;
      services.auditTrail.record({ ...event, ...asSystem, accountId: id });
    }
    const reported = reportedLogin(request, person);
    const mails = organizations.flatMap(({ id, name, adminEmails }) =>
      adminEmails.map((to) =>
        reportedLoginMail({ to, brand, place: `${address.url}/app/${id}`, organizationName: name, reported }),
      ),
    );
    for (const mail of mails) mailer.send(mail);
  } catch (error) {
    log.error({ err: error, login_request_id: request.id }, 'admins were not told of a reported login');
  }
}

function reportedLogin({ origin, createdAt }: LoginRequest, { email }: PersonAtBrowser): ReportedLogin {
  return {
    personEmail: email,
    terminalAddress: origin.address,
    application: origin.application,
    requestedUser: origin.requestedUser,
    askedAt: createdAt,
  };
}
