// Deletes expired rows. None of them is valid any more, so it does not matter when this runs.

import { sql } from 'kysely';
import type { Catalogue } from './catalogue.ts';

const DAY_MS = 24 * 3_600_000;
/** Expired things stay listed for a while, so that people see why something stopped working. */
const LISTED_AFTER_EXPIRY_MS = 30 * DAY_MS;
const TERMINAL_STAYS_KNOWN_MS = 30 * DAY_MS;
/** Days and months add up the same figures, and stay. */
const HOURLY_FRAMES_KEPT_MS = 400 * DAY_MS;
/** Longer than any connection or grant lasts (`MAX_CONNECTION_MS`). */
const ENDED_ACCESS_KEPT = '31 days';

/** Deletes what has ended or expired, and operations of projects that are gone. */
export async function sweepExpired({ db, clock }: Catalogue): Promise<void> {
  const now = clock.now();
  const longAgo = new Date(now.getTime() - LISTED_AFTER_EXPIRY_MS);
  await db.deleteFrom('browser_sessions').where('expires_at', '<', now).execute();
  await db.deleteFrom('setup_codes').where('expires_at', '<', now).execute();
  await db.deleteFrom('reset_links').where('expires_at', '<', now).execute();
  await db.deleteFrom('email_changes').where('expires_at', '<', now).execute();
  await db.deleteFrom('oauth_tokens').where('expires_at', '<', now).execute();
  await db.deleteFrom('oauth_consents').where('expires_at', '<', now).execute();
  await db
    .deleteFrom('known_terminals')
    .where('approved_at', '<', new Date(now.getTime() - TERMINAL_STAYS_KNOWN_MS))
    .execute();
  await db
    .deleteFrom('login_names')
    .where('approved_at', '<', new Date(now.getTime() - TERMINAL_STAYS_KNOWN_MS))
    .execute();
  await db.deleteFrom('invitations').where('expires_at', '<', longAgo).execute();
  await db.deleteFrom('access_tokens').where('expires_at', '<', longAgo).execute();
  await db
    .deleteFrom('consumption_frames')
    .where('granularity', '=', 'hour')
    .where('frame_start', '<', new Date(now.getTime() - HOURLY_FRAMES_KEPT_MS))
    .execute();
  // Of a project that is there, operations are its history.
  await db
    .deleteFrom('operations')
    .where('status', '<>', 'running')
    .where('updated_at', '<', longAgo)
    .where(sql<boolean>`not exists (select from projects where projects.id = operations.project_id)`)
    .execute();
  // Compared by the clock that wrote the time.
  await db
    .deleteFrom('ended_access')
    .where('ended_at', '<', sql<Date>`now() - ${ENDED_ACCESS_KEPT}::interval`)
    .execute();
}
