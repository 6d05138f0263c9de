// Fetches PostgreSQL's isolation suite in Debian's source of the installed server: its expected
// outputs belong to one version. Nothing of it is kept here.

import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VERSION } from './isolation-stage.ts';

const run = promisify(execFile);
const ARCHIVE = 'http://deb.debian.org/debian';
/** The package's name is $0. */
const QUERY_VERSION = `dpkg-query -W -f '\${source:Version}' "$0"`;
const MOST_OUTPUT_BYTES = 100_000_000;

/** Into the folder; resolves to the folder of the suite. */
export async function fetchIsolationSuite(folder: string): Promise<string> {
  const apt = await aptWithSources(folder);
  await apt('update');
  const { stdout: version } = await run('sh', ['-c', QUERY_VERSION, `postgresql-${VERSION}`]);
  await apt('source', '--download-only', `postgresql-${VERSION}=${version}`);
  const [archive = ''] = (await readdir(folder)).filter((file) => /\.orig\.tar\.\w+$/.test(file));
  await run('tar', ['xf', archive, '--wildcards', '*/src/test/isolation/*'], { cwd: folder });
  const [tree = ''] = (await readdir(folder)).filter((file) => /^postgresql-\d+\.\d+$/.test(file));
  return join(folder, tree, 'src/test/isolation');
}

/** Few machines list sources, and their own lists stay as they are. */
async function aptWithSources(folder: string) {
  const { stdout: codename } = await run('sh', ['-c', '. /etc/os-release && printf %s "$VERSION_CODENAME"']);
  const list = join(folder, 'sources.list');
  const suites = [`${ARCHIVE} ${codename}`, `${ARCHIVE}-security ${codename}-security`];
  await writeFile(list, suites.map((suite) => `deb-src ${suite} main\n`).join(''));
  await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
  const settings = {
    'Dir::Etc::sourcelist': list,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::lists': join(folder, 'lists'),
    'APT::Sandbox::User': 'root',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return async (...command: readonly string[]) =>
    await run('apt-get', [...options, ...command], { cwd: folder, maxBuffer: MOST_OUTPUT_BYTES });
}
