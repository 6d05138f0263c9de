// What a notification says, whatever the format: a title of ours, and names of others as fields.

import { cleanForLog } from '../untrusted-text.ts';

export interface NotificationMessage {
  /** Our own words. */
  readonly title: string;
  /** Values are of others: cleaned, at most 256 characters, and to be escaped by the format. */
  readonly fields: ReadonlyArray<{ readonly label: string; readonly value: string }>;
  /** Where to look, at Postern. */
  readonly link: string;
}

type Event = Readonly<Record<string, string | number | boolean>>;

const TITLES: Readonly<Record<string, string>> = {
  'notification.test': 'Test message: notifications arrive here',
  'membership.created': 'Somebody became a member',
  'membership.changed': 'A member role changed',
  'membership.removed': 'A member was removed or left',
  'secret.created': 'A key or token was made',
  'secret.revoked': 'A key or token was revoked',
  'login.reported': 'A login was reported: “this was not me”',
  'login.report_undone': 'A reported login was theirs after all',
  'break_glass.broken': 'Somebody broke the glass',
  'break_glass.ended': 'A broken glass was ended early',
  'break_glass.reviewed': 'A broken glass was reviewed',
  'break_glass.person_named': 'Somebody may break the glass from now on',
  'break_glass.person_removed': 'Somebody may not break the glass any more',
  'access_request.made': 'Somebody asks for access',
  'access_request.agreed': 'A request for access was agreed to by one more',
  'access_request.approved': 'A request for access was approved',
  'access_request.denied': 'A request for access was denied',
  'access_request.withdrawn': 'A request for access was withdrawn',
  'access_request.ended': 'A request for access ended undecided',
  'access_request.approved_ahead': 'Access was approved in advance, for somebody on call',
};

/** Below `/app`, by family of events; others lead to the organization. */
const PLACES: Readonly<Record<string, (accountId: string, event: Event) => string>> = {
  break_glass: (accountId, event) => pageOfRequest(event) ?? `${accountId}/settings/break-glass`,
  access_request: (_accountId, event) => pageOfRequest(event) ?? 'me/requests',
  membership: (accountId) => `${accountId}/people`,
  secret: (accountId) => `${accountId}/api-keys`,
  notification: (accountId) => `${accountId}/settings/notifications`,
};

export function notificationMessage(
  event: Event,
  { organization, accountId, url }: { readonly organization: string; readonly accountId: string; readonly url: string },
): NotificationMessage {
  const name = String(event.event);
  const [family = ''] = name.split('.');
  const fields: ReadonlyArray<readonly [string, unknown]> = [
    ['Organization', organization],
    ['Who', actorOf(event)],
    ['What', event.subject],
    ['Project', event.project_id],
    ['Compute', event.compute_id],
    ['Database', event.database ?? (family === 'access_request' ? 'any of the compute' : undefined)],
    ['Database role', event.database_role],
    ['Why', event.reason],
    ['Terminal', event.terminal_ip],
    ['Program', event.untrusted_application],
    ['From', event.browser_ip],
    ['When', event.at],
  ];
  return {
    title: TITLES[name] ?? 'Something changed',
    fields: fields
      .map(([label, value]) => ({ label, value: cleanForLog(String(value ?? '')) }))
      .filter(({ value }) => value !== ''),
    link: `${url}/app/${PLACES[family]?.(accountId, event) ?? accountId}`,
  };
}

/** Where it is decided or reviewed. Null: events of the version before do not name it. */
function pageOfRequest({ access_request_id: id }: Event): string | null {
  return id === undefined ? null : `me/requests/${id}`;
}

function actorOf({ actor_email, actor_type, actor_id }: Event): string | undefined {
  if (actor_email !== undefined) return String(actor_email);
  return actor_id === undefined ? undefined : `${actor_type} ${actor_id}`;
}
