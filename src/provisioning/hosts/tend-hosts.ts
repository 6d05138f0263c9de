// What is put right on hosts every minute: roles that neighbours' grants or locks had kept are
// dropped, roles get the CONNECTION LIMIT of a project's share, and lose the way into databases of
// other projects.

import { tryAll } from '../../async/try-all.ts';
import { listDatabasesOnHost } from '../../catalogue/projects/database-role-rows.ts';
import type { HostServer } from './host-server.ts';
import type { HostSession } from './host-session.ts';
import type { ProvisioningParts } from './provisioning-parts.ts';

type TendingParts = Pick<ProvisioningParts, 'catalogue' | 'hosts' | 'log'>;

const TENDING = { name: 'postern', mayGoOn: async () => {} };

/** Never rejects. What cannot be done now stays for the next time. */
export async function tendHosts(parts: TendingParts): Promise<void> {
  for (const host of await parts.hosts.listOpen()) {
    await host
      .withSession(TENDING, (session) => tend(parts, host, session))
      .catch((error: unknown) =>
        parts.log.warn({ event: 'host.tending_failed', err: error, host_id: host.id }, 'could not tend a host'),
      );
  }
}

async function tend({ catalogue, log }: TendingParts, host: HostServer, session: HostSession): Promise<void> {
  for (const { oid, name } of await session.someRetiredRoles()) {
    await session.dropRetiredRole(oid).catch((error: unknown) => {
      const about = { host_id: host.id, database_role: name, err: error };
      log.debug({ event: 'host.role_kept', ...about }, 'a deleted role still has privileges elsewhere');
    });
  }
  const databases = await listDatabasesOnHost(catalogue.db, host.id);
  const roles = [...new Set(databases.flatMap((database) => database.roles))];
  await tryAll([() => session.closeToOthers(databases), () => session.limitRoles(roles)], (step) => step());
}
