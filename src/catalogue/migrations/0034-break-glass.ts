// People who may break the glass, and what that leaves behind; keys for on-call schedules; the
// queue of notifications by class.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table break_glass_people (
      account_id text not null,
      user_id text not null,
      named_by text,
      named_at timestamptz(3) not null,
      primary key (account_id, user_id),
      foreign key (account_id, user_id) references memberships (account_id, user_id) on delete cascade
    );
    create index access_requests_to_review on access_requests (account_id)
      where kind = 'break_glass' and reviewed_at is null;

    -- Keys by which a schedule of on-call people approves in advance, and which can do nothing else.
    alter table api_keys drop constraint api_keys_kind_check;
    alter table api_keys add constraint api_keys_kind_check
      check (kind in ('personal', 'organization', 'project', 'scim', 'on_call'));

    -- What waits to be told is counted by target and class, so that no flood silences another.
    alter table notifications add column class text;
    create index notifications_of_target on notifications (target_id, class);

    -- Deleting the compute or the project does not delete the review that is owed.
    alter table access_requests drop constraint access_requests_project_id_fkey;
    alter table access_requests drop constraint access_requests_compute_id_fkey;
    create function forget_requests_of_project() returns trigger language plpgsql as $$
      begin
        delete from access_requests where project_id = old.id and kind <> 'break_glass';
        update access_requests set status = 'ended', until = null where project_id = old.id and status = 'approved';
        return null;
      end
    $$;
    create function forget_requests_of_compute() returns trigger language plpgsql as $$
      begin
        delete from access_requests where compute_id = old.id and kind <> 'break_glass';
        update access_requests set status = 'ended', until = null where compute_id = old.id and status = 'approved';
        return null;
      end
    $$;
    create trigger access_requests_of_deleted_project after delete on projects
      for each row execute function forget_requests_of_project();
    create trigger access_requests_of_deleted_compute after delete on computes
      for each row execute function forget_requests_of_compute();

    -- A person who is no longer named goes on with no glass.
    create function end_glass_of_former_person() returns trigger language plpgsql as $$
      begin
        update access_requests set status = 'ended', until = null
          where kind = 'break_glass' and user_id = old.user_id and account_id = old.account_id
            and status = 'approved';
        return null;
      end
    $$;
    create trigger glass_of_former_person after delete on break_glass_people
      for each row execute function end_glass_of_former_person();
  `.execute(db);
}
