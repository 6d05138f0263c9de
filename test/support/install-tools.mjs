// Installs the programs that the tests drive from Debian where they are missing. Silent and fast
// when nothing is missing.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPsql, missingPsqlVersions } from './install-psql.mjs';

/** Debian package → whether the tests find what they need of it, wherever it came from. */
const TOOLS = {
  'postgresql-client': () => ['psql', 'pg_dump', 'pg_restore', 'pg_isready'].every(isProgram),
  postgresql: () => hasServerProgram('pgbench'),
  'redis-server': () => isProgram('redis-server'),
  'chromium-headless-shell': () => isProgram('chromium-headless-shell'),
  haproxy: () => isProgram('haproxy'),
  pgbouncer: () => isProgram('pgbouncer'),
  openssl: () => isProgram('openssl'),
  'python3-psycopg2': () => existsSync('/usr/lib/python3/dist-packages/psycopg2'),
  'python3-psycopg': () => existsSync('/usr/lib/python3/dist-packages/psycopg'),
  'python3-asyncpg': () => existsSync('/usr/lib/python3/dist-packages/asyncpg'),
  'default-jdk-headless': () => isProgram('javac'),
  'libpostgresql-jdbc-java': () => existsSync('/usr/share/java/postgresql.jar'),
  'golang-go': () => isProgram('go'),
  'golang-github-lib-pq-dev': () => existsSync('/usr/share/gocode/src/github.com/lib/pq'),
  'golang-github-jackc-pgx-v4-dev': () => existsSync('/usr/share/gocode/src/github.com/jackc/pgx/v4'),
  // Not by the path: a toolchain of the machine's own cannot be told what Debian's crates need.
  cargo: () => existsSync('/usr/bin/cargo'),
  'librust-tokio-postgres-dev': () => hasCrate('tokio-postgres'),
  'librust-tokio-openssl-dev': () => hasCrate('tokio-openssl'),
  'python3-pg8000': () => existsSync('/usr/lib/python3/dist-packages/pg8000'),
  'python3-sqlalchemy': () => existsSync('/usr/lib/python3/dist-packages/sqlalchemy'),
  'python3-django': () => existsSync('/usr/lib/python3/dist-packages/django'),
  'ruby-pg': () => isProgram('ruby') && spawnSync('ruby', ['-rpg', '-e', '']).status === 0,
  'php-cli': () => isProgram('php'),
  'php-pgsql': () =>
    isProgram('php') && spawnSync('php', ['-r', 'exit(extension_loaded("pdo_pgsql") ? 0 : 1);']).status === 0,
  'php-fpm': () => existsSync('/usr/sbin') && readdirSync('/usr/sbin').some((name) => /^php-fpm[\d.]+$/.test(name)),
  'libfcgi-bin': () => isProgram('cgi-fcgi'),
  'odbc-postgresql': () =>
    existsSync('/etc/odbcinst.ini') && readFileSync('/etc/odbcinst.ini', 'utf8').includes('[PostgreSQL Unicode]'),
  unixodbc: () => isProgram('isql'),
  pgloader: () => isProgram('pgloader'),
  pgcli: () => isProgram('pgcli'),
  'pg-activity': () => isProgram('pg_activity'),
  'nginx-light': () => isProgram('nginx'),
  'libnginx-mod-stream': () => existsSync('/usr/lib/nginx/modules/ngx_stream_module.so'),
  // Not by name alone: an npm package has an `nft`, too.
  iproute2: () => existsSync('/usr/sbin/ip') && isProgram('ss'),
  nftables: () => existsSync('/usr/sbin/nft'),
  'libdbd-pg-perl': () => spawnSync('perl', ['-MDBD::Pg', '-e', '1']).status === 0,
};

// As root. While it runs, no service is started and no Postgres cluster made: the tests start what
// they need themselves.
const INSTALL = `
set -e
policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.d
mkdir -p "$clusters"
echo 'create_main_cluster = false' > "$clusters/postern-tests.conf"
if [ -e "$policy" ]; then made=; else made=$policy; printf '#!/bin/sh\\nexit 101\\n' > "$policy"; chmod 755 "$policy"; fi
trap 'rm -f "$clusters/postern-tests.conf" $made' EXIT
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q install --yes --no-install-recommends "$@"
`;

function missingPackages() {
  return Object.keys(TOOLS).filter((name) => !TOOLS[name]());
}

function isProgram(name) {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, name)));
}

/** Debian keeps these out of the path, behind a wrapper that is there even when they are not. */
function hasServerProgram(name) {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  return versions.some((version) => existsSync(join('/usr/lib/postgresql', version, 'bin', name)));
}

function hasCrate(name) {
  const crates = existsSync('/usr/share/cargo/registry') ? readdirSync('/usr/share/cargo/registry') : [];
  return crates.some((crate) => crate.startsWith(`${name}-`));
}

function installPackages(packages) {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const [program, ...args] = [...asRoot, 'sh', '-c', INSTALL, 'install', ...packages];
  spawnSync(program, args, { stdio: ['ignore', 'ignore', 'ignore'] });
}

/** A failure here fails only the tests of psql's versions, by name. */
function unpackPsqlVersions() {
  for (const version of missingPsqlVersions()) {
    console.error(`unpacking psql ${version} for the tests`);
    try {
      installPsql(version);
    } catch (error) {
      const reason = String(error.stderr ?? '').trim() || error.message;
      console.error(`psql ${version} cannot be had, so its tests will fail: ${reason.split('\n').at(-1)}`);
    }
  }
}

const wanted = missingPackages();
if (wanted.length > 0) {
  console.error(`installing for the tests: ${wanted.join(' ')}`);
  installPackages(wanted);
}
const missing = missingPackages();
if (missing.length > 0) {
  console.error(`the tests need these Debian packages, and they could not be installed: ${missing.join(' ')}`);
  process.exitCode = 1;
} else {
  unpackPsqlVersions();
}
