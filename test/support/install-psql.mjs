// Unpacks psql and its companions of later PostgreSQL versions from Debian's later suites into a
// git-ignored folder. Nothing is installed: apt works on a private list, state and cache.

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/postern-psql/', import.meta.url));

/** PostgreSQL version → the Debian suite and the packages that have it. */
const SOURCES = {
  17: { suite: 'trixie', packages: ['postgresql-client-17'] },
  18: { suite: 'forky', packages: ['postgresql-client-18', 'libpq-oauth'] },
};

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const APT_SOURCES = '/etc/apt';

/** The versions that are not unpacked yet. */
export function missingPsqlVersions() {
  return Object.keys(SOURCES).filter((version) => !existsSync(join(CACHE, version, 'psql')));
}

/**
 * Unpacks that version to node_modules/.cache/postern-psql/<version>/, with one runner per program
 * (psql, pg_dump, ...). Throws when the suite is out of reach; nothing half-made is left behind.
 * @param {string} version
 */
export function installPsql(version) {
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, `${version}-`));
  try {
    const { suite, packages } = SOURCES[version];
    const apt = privateApt(work, suite);
    apt('update');
    apt('install', '--yes', '--download-only', ...packages);
    const finished = join(work, 'finished');
    const root = join(finished, 'root');
    mkdirSync(root, { recursive: true });
    for (const file of readdirSync(join(work, 'cache', 'archives')).filter((name) => name.endsWith('.deb'))) {
      execFileSync('dpkg-deb', ['--extract', join(work, 'cache', 'archives', file), root]);
    }
    writeRunners(finished, version);
    execFileSync(join(finished, 'psql'), ['--version']);
    rmSync(join(CACHE, version), { recursive: true, force: true });
    renameSync(finished, join(CACHE, version));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Runs apt-get as if on an empty machine whose only source is that suite. */
function privateApt(work, suite) {
  for (const folder of ['state/lists/partial', 'cache/archives/partial'])
    mkdirSync(join(work, folder), { recursive: true });
  writeFileSync(join(work, 'status'), '');
  writeFileSync(join(work, 'sources.list'), `deb [signed-by=${KEYRING}] ${debianMirror()} ${suite} main\n`);
  const settings = {
    'Dir::Etc::sourcelist': join(work, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::State': join(work, 'state'),
    'Dir::State::status': join(work, 'status'),
    'Dir::Cache': join(work, 'cache'),
    'APT::Sandbox::User': '',
    'APT::Install-Recommends': 'false',
    'APT::Update::Error-Mode': 'any',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '30',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return (...args) => execFileSync('apt-get', ['-q', ...options, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** The mirror that this machine already uses for Debian itself. */
function debianMirror() {
  const lists = [join(APT_SOURCES, 'sources.list'), ...filesIn(join(APT_SOURCES, 'sources.list.d'))];
  const text = lists.filter((path) => existsSync(path)).map((path) => readFileSync(path, 'utf8'));
  const mirror = /^(?:URIs:|deb\s+(?:\[[^\]]*\]\s+)?)\s*(\S+\/debian\/?)(?:\s|$)/m.exec(text.join('\n'))?.[1];
  if (mirror === undefined) throw new Error(`no Debian mirror in ${APT_SOURCES}`);
  return mirror;
}

function filesIn(folder) {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /\.(list|sources)$/.test(name))
        .map((name) => join(folder, name))
    : [];
}

/**
 * Their C library is newer than the system's, so each program runs through its own dynamic loader.
 */
function writeRunners(finished, version) {
  const root = join(finished, 'root');
  const loader = findFile(root, /^ld-linux.*\.so\.\d+$/);
  const libraries = dirname(findFile(root, /^libpq\.so\.5$/));
  const programs = join('usr', 'lib', 'postgresql', version, 'bin');
  for (const program of readdirSync(join(root, programs))) {
    const script = [
      '#!/bin/sh',
      `root="\${0%/*}/root"`,
      `exec "$root/${loader}" --library-path "$root/${libraries}" "$root/${programs}/${program}" "$@"`,
    ];
    writeFileSync(join(finished, program), `${script.join('\n')}\n`, { mode: 0o755 });
  }
}

function findFile(root, pattern) {
  const found = readdirSync(join(root, 'usr'), { recursive: true }).find((path) =>
    pattern.test(String(path).split('/').at(-1)),
  );
  if (found === undefined) throw new Error(`no ${pattern} among the unpacked files`);
  return join('usr', String(found));
}
