// Creates an organization at once where people may, else requests it from the operators.

import { z } from 'zod';
import { NewOrganizationPage } from '../../../../web/pages/console/organizations/new-organization-page.tsx';
import { createOrganization, requestOrganization } from '../../../actions/organizations/change-organization.ts';
import { listOrganizationRequests } from '../../../catalogue/transfers/organization-requests.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type Again, type ConsoleCall, goTo, parseForm } from '../shell/console-call.ts';
import { personView } from '../shell/open-console-view.ts';

const PATH = '/app/organizations/new';
const nameField = z.string().max(256);
const requestSchema = z.object({
  name: nameField,
  admin_email: z.string().max(256),
  consent: z.literal('yes', { error: 'please confirm what happens next' }),
});

export async function showNewOrganization(call: ConsoleCall, again?: Again): Promise<void> {
  const { parts, request, response, person, context, now } = call;
  const crumbs = [{ label: 'New organization', href: PATH }];
  const isOnRequest = parts.config.organizations.creation === 'on_request';
  const own = { requestedBy: person.userId };
  const requests = isOnRequest ? await listOrganizationRequests(parts.catalogue, context, own) : [];
  parts.renderer.send(request, response, NewOrganizationPage, {
    view: personView(call, again, crumbs),
    isOnRequest,
    requests: requests.map((each) => ({
      id: each.id,
      name: cleanForPage(each.name),
      status: each.status,
      reason: each.reason === null ? null : cleanForPage(each.reason),
      organizationPath: each.organizationId === null ? null : `/app/${each.organizationId}/projects`,
      createdAt: each.createdAt,
    })),
    hasMail: parts.config.smtpUrl !== null,
    typed: { admin_email: person.email, ...again?.typed },
    now,
  });
}

export async function createOwnOrganization(call: ConsoleCall): Promise<void> {
  const { parts, context, person } = call;
  const { name } = parseForm(call, z.object({ name: nameField }));
  const admin = { id: person.userId, email: person.email };
  const { id } = await createOrganization(parts, context, { name, admin });
  goTo(call, `/app/${id}/projects`, 'organization_created');
}

export async function sendRequest(call: ConsoleCall): Promise<void> {
  const { parts, context } = call;
  const form = parseForm(call, requestSchema);
  const input = { name: form.name, adminEmail: form.admin_email, consent: 'given' } as const;
  await requestOrganization(parts, context, input);
  goTo(call, PATH, 'request_sent');
}
