// A php-fpm of the tests, as it stands behind a web server.

import { readdirSync } from 'node:fs';
import { freePort } from '../support/databases/redis-for-tests.ts';
import { type InBetween, startProxy } from './in-between.ts';

export interface PhpFpm extends Pick<InBetween, 'close'> {
  /** Host and port of its FastCGI. */
  readonly address: string;
}

export async function startPhpFpm(): Promise<PhpFpm> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const program = readdirSync('/usr/sbin').find((name) => /^php-fpm[\d.]+$/.test(name)) ?? 'php-fpm';
  const { close } = await startProxy({
    port,
    lines: [
      ...['[global]', 'error_log = /dev/null', '[www]', `listen = ${address}`],
      ...['pm = static', 'pm.max_children = 4'],
    ],
    // The tests run as root, and so may it.
    command: (path) => [`/usr/sbin/${program}`, '--nodaemonize', '--allow-to-run-as-root', '--fpm-config', path],
  });
  return { address, close };
}
