// Access rules: who may reach what, through which doors, within which limits. Every account gets
// rules that allow what was allowed before there were any.

import { type Kysely, sql } from 'kysely';

// The keys make one index serve every question: whom a rule names, and what it is about.
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table access_rules (
      id text primary key,
      made bigint generated always as identity,
      account_id text not null references accounts on delete cascade,
      subject_kind text not null check (subject_kind in ('person', 'team', 'members', 'guests', 'account_tokens')),
      user_id text references users on delete cascade,
      team_id text,
      object_kind text not null check (object_kind in ('compute', 'project', 'label', 'account')),
      compute_id text references computes on delete cascade,
      project_id text references projects on delete cascade,
      label text,
      doors text[] not null,
      grants jsonb not null,
      created_by text references users on delete set null,
      created_at timestamptz(3) not null,
      subject_key text not null generated always as (coalesce(user_id, team_id, subject_kind)) stored,
      object_key text not null generated always as (coalesce(compute_id, project_id, label, '')) stored,
      foreign key (team_id, account_id) references teams (id, account_id) on delete cascade,
      check ((subject_kind = 'person') = (user_id is not null)),
      check ((subject_kind = 'team') = (team_id is not null)),
      check ((object_kind = 'compute') = (compute_id is not null)),
      check ((object_kind = 'project') = (project_id is not null)),
      check ((object_kind = 'label') = (label is not null))
    );
    create index access_rules_by_subject on access_rules (account_id, subject_key, object_key);
    create index access_rules_by_object on access_rules (account_id, object_key);
    create index access_rules_of_user on access_rules (user_id) where user_id is not null;
    create index access_rules_of_team on access_rules (team_id, account_id) where team_id is not null;
    create index access_rules_of_compute on access_rules (compute_id) where compute_id is not null;
    create index access_rules_of_project on access_rules (project_id) where project_id is not null;

    create function give_default_access_rules(account text) returns void language sql as $$
      insert into access_rules (id, account_id, subject_kind, object_kind, doors, grants, created_at)
      select 'rule-' || left(replace(gen_random_uuid()::text, '-', ''), 12), account, subject, 'account',
        '{link,token,role_password,oauth}', '{}', now()
      from unnest(array['members', 'guests', 'account_tokens']) subject
    $$;
    -- In the database, so that nodes of the version before this one give them, too.
    create function give_new_account_its_rules() returns trigger language plpgsql as $$
      begin perform give_default_access_rules(new.id); return null; end
    $$;
    create trigger access_rules_of_new_account after insert on accounts
      for each row execute function give_new_account_its_rules();
    create function leave_rules_behind() returns trigger language plpgsql as $$
      begin
        delete from access_rules where project_id = new.id
          or compute_id in (select id from computes where project_id = new.id);
        return null;
      end
    $$;
    -- A person who comes back does not find an old rule.
    create function forget_rules_of_stranger() returns trigger language plpgsql as $$
      begin
        delete from access_rules rule where rule.user_id = old.user_id
          and rule.account_id <> rule.user_id
          and not exists (
            select 1 from memberships where user_id = rule.user_id and account_id = rule.account_id
          )
          and not exists (
            select 1 from project_shares share join projects project on project.id = share.project_id
            where share.user_id = rule.user_id and project.account_id = rule.account_id
          );
        return null;
      end
    $$;
    create trigger access_rules_of_former_member after delete on memberships
      for each row execute function forget_rules_of_stranger();
    create trigger access_rules_of_former_guest after delete on project_shares
      for each row when (old.user_id is not null) execute function forget_rules_of_stranger();
    create trigger access_rules_of_moved_project after update of account_id on projects
      for each row when (old.account_id <> new.account_id) execute function leave_rules_behind();

    select give_default_access_rules(id) from accounts;

    alter table ended_access drop constraint ended_access_kind_check,
      add constraint ended_access_kind_check check (kind in ('end', 'recheck', 'rules'));
  `.execute(db);
}
