// Requests for access: what a person asked for, who agreed, and until when that holds.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table access_requests (
      id text primary key,
      made bigint generated always as identity,
      kind text not null check (kind in ('asked', 'on_call', 'break_glass')),
      account_id text not null references accounts on delete cascade,
      project_id text not null references projects on delete cascade,
      compute_id text references computes on delete cascade,
      user_id text not null references users on delete cascade,
      database text,
      database_role text,
      access text not null check (access in ('read_write', 'read_only')),
      reason text not null,
      duration_ms bigint not null,
      rule_id text,
      team_id text,
      needed int not null,
      login_request_id text,
      status text not null check (status in ('waiting', 'approved', 'denied', 'withdrawn', 'ended')),
      asked_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      decided_at timestamptz(3),
      until timestamptz(3),
      decided_by text,
      answer text,
      reviewed_at timestamptz(3),
      reviewed_by text,
      review text,
      check ((status = 'approved') = (until is not null)),
      check ((reviewed_at is not null) = (review is not null))
    );
    create index access_requests_by_account on access_requests (account_id, made desc);
    create index access_requests_by_project on access_requests (project_id);
    create index access_requests_by_compute on access_requests (compute_id) where compute_id is not null;
    create index access_requests_by_user on access_requests (user_id, made desc);
    create index access_requests_in_force on access_requests (user_id, until) where status = 'approved';
    create index access_requests_waiting on access_requests (team_id, expires_at) where status = 'waiting';
    -- The glass is not broken twice for one review.
    create unique index access_requests_one_review on access_requests (user_id, account_id)
      where kind = 'break_glass' and reviewed_at is null;

    create table access_request_votes (
      request_id text not null references access_requests on delete cascade,
      user_id text not null,
      team_id text not null,
      voted_at timestamptz(3) not null,
      primary key (request_id, user_id)
    );

    -- A person who comes back does not find what was agreed to before.
    create function end_requests_of_former_member() returns trigger language plpgsql as $$
      begin
        update access_requests set status = 'ended', until = null
          where user_id = old.user_id and account_id = old.account_id and status in ('waiting', 'approved');
        return null;
      end
    $$;
    create function end_requests_of_former_guest() returns trigger language plpgsql as $$
      begin
        update access_requests set status = 'ended', until = null
          where user_id = old.user_id and project_id = old.project_id and status in ('waiting', 'approved');
        return null;
      end
    $$;
    create function end_requests_of_moved_project() returns trigger language plpgsql as $$
      begin
        update access_requests set status = 'ended', until = null
          where project_id = new.id and status in ('waiting', 'approved');
        return null;
      end
    $$;
    create trigger access_requests_of_former_member after delete on memberships
      for each row execute function end_requests_of_former_member();
    create trigger access_requests_of_former_guest after delete on project_shares
      for each row when (old.user_id is not null) execute function end_requests_of_former_guest();
    create trigger access_requests_of_moved_project after update of account_id on projects
      for each row when (old.account_id <> new.account_id) execute function end_requests_of_moved_project();
  `.execute(db);
}
