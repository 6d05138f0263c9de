// How each invitation's link was handed out, and whether each member joined by an own act.

import { type Kysely, sql } from 'kysely';

// The defaults serve nodes of the version before, which do not write these columns. How older links
// were handed out is not known, so they verify nothing. The trail tells who joined by an own act.
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table invitations
      add column link_delivery text not null default 'shown'
        check (link_delivery in ('mailed', 'shown', 'vouched'));
    alter table project_shares
      add column link_delivery text not null default 'shown'
        check (link_delivery in ('mailed', 'shown', 'vouched'));
    alter table memberships
      add column joined_by text not null default 'others' check (joined_by in ('themselves', 'others'));
    update memberships set joined_by = 'themselves'
      where exists (
        select from audit_events
        where event = 'membership.created' and account_id = memberships.account_id and actor_id = memberships.user_id
      );
  `.execute(db);
}
