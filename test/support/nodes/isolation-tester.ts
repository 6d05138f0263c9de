// Runs PostgreSQL's isolationtester, which comes with Debian's client package.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';

const [VERSION = ''] = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a));
const TESTER = `/usr/lib/postgresql/${VERSION}/lib/pgxs/src/test/isolation/isolationtester`;

/** All that it prints; the variables are libpq's, and say where to connect. */
export async function testerOutput(
  specification: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const tester = spawn('sh', ['-c', 'exec "$0" "dbname=$PGDATABASE" < "$1" 2>&1', TESTER, specification], {
    env: { PATH: process.env.PATH ?? '', PGTZ: 'PST8PDT', PGDATESTYLE: 'Postgres, MDY', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await Promise.all([text(tester.stdout), once(tester, 'exit')]);
  return output;
}

/** Without what a grant says of itself: where it leads, and the stamp in application_name. */
export function withoutNoticesOfGrants(output: string): string {
  return output
    .replace(/^NOTICE: {2}Connected as .*\nDETAIL: .*\n/gm, '')
    .replace(/^\w+: NOTICE: {2}identifier "isolation\/.* will be truncated to .*\n/gm, '');
}
