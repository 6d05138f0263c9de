// The system account under which Postgres, which refuses to run as root, runs.

import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';

/** What `spawn` needs to run a program as somebody else; empty to run it as ourselves. */
export type PostgresAccount = { readonly uid: number; readonly gid: number } | Record<string, never>;

// nobody and nogroup: initdb looks the account up by name, so it must be one that every system has.
const NOBODY: PostgresAccount = { uid: 65534, gid: 65534 };

/** Our own account; as root the owner of the existing cluster, or nobody. */
export async function choosePostgresAccount(clusterFolder: string): Promise<PostgresAccount> {
  if (process.getuid?.() !== 0) return {};
  const owner = await stat(clusterFolder).catch(() => null);
  return owner === null || owner.uid === 0 ? NOBODY : { uid: owner.uid, gid: owner.gid };
}

export async function canReach(account: PostgresAccount, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], { ...account, cwd: '/' }, (error) =>
      resolve(error === null),
    );
  });
}
