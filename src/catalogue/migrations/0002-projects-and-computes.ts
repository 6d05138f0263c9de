// What accounts own: projects with their branch, computes, databases and database roles; and shares
// of projects.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table projects (
      id text primary key,
      account_id text not null references accounts,
      name text not null,
      pg_version integer not null,
      region_id text not null,
      creation_source text not null check (creation_source in ('hosted', 'attached')),
      settings jsonb not null,
      default_endpoint_settings jsonb not null,
      history_retention_seconds integer not null,
      store_passwords boolean not null,
      created_by text references users on delete set null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null
    );
    create index projects_of_account on projects (account_id, created_at desc, id desc);

    create table project_shares (
      id text primary key,
      project_id text not null references projects on delete cascade,
      email text not null,
      email_key text not null,
      user_id text references users on delete cascade,
      granted_by text references users on delete set null,
      granted_at timestamptz(3) not null,
      unique (project_id, email_key)
    );
    create index project_shares_of_user on project_shares (user_id);
    create index project_shares_of_email on project_shares (email_key);

    create table branches (
      id text primary key,
      project_id text not null references projects on delete cascade,
      name text not null,
      is_default boolean not null,
      is_protected boolean not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      unique (project_id, name)
    );

    create table computes (
      id text primary key,
      ordinal bigint not null generated always as identity,
      project_id text not null references projects on delete cascade,
      branch_id text not null references branches on delete cascade,
      name text,
      type text not null check (type in ('read_write', 'read_only')),
      state text not null check (state in ('init', 'active', 'idle')),
      region_id text not null,
      host_id text,
      host text not null,
      port integer not null check (port between 1 and 65535),
      is_listed boolean not null,
      tls_mode text not null check (tls_mode in ('disable', 'require', 'verify-ca', 'verify-full')),
      tls_ca text,
      tls_server_name text,
      tls_client_certificate text,
      sealed_tls_client_key text,
      allow_md5 boolean not null,
      allow_cleartext boolean not null,
      passwordless_access boolean not null,
      is_disabled boolean not null,
      policy jsonb not null,
      autoscaling_limit_min_cu double precision not null,
      autoscaling_limit_max_cu double precision not null,
      suspend_timeout_seconds integer not null,
      last_active_at timestamptz(3),
      started_at timestamptz(3),
      suspended_at timestamptz(3),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null
    );
    create index computes_of_project on computes (project_id, ordinal);
    create index computes_of_branch on computes (branch_id);
    create index computes_of_host on computes (host_id) where host_id is not null;
    create index computes_in_use on computes (id) where state = 'active';

    create table databases (
      id bigint generated always as identity primary key,
      branch_id text not null references branches on delete cascade,
      name text not null,
      owner_name text not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      unique (branch_id, name)
    );

    create table database_roles (
      id text primary key,
      ordinal bigint not null generated always as identity,
      branch_id text not null references branches on delete cascade,
      name text not null,
      is_read_only boolean not null,
      is_protected boolean not null,
      may_login boolean not null,
      sealed_password text,
      scram_verifier text,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      unique (branch_id, name)
    );
    create index database_roles_by_name on database_roles (name);

    create table operations (
      id text primary key,
      project_id text not null references projects on delete cascade,
      branch_id text,
      compute_id text,
      action text not null,
      status text not null,
      error text,
      failures_count integer not null,
      total_duration_ms integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null
    );
    create index operations_of_project on operations (project_id, created_at desc, id desc);

    create table last_used_targets (
      user_id text not null references users on delete cascade,
      compute_id text not null references computes on delete cascade,
      database text,
      database_role text,
      access text not null check (access in ('read_write', 'read_only')),
      used_at timestamptz(3) not null,
      primary key (user_id, compute_id)
    );
    create index last_used_targets_of_compute on last_used_targets (compute_id);
  `.execute(db);
}
