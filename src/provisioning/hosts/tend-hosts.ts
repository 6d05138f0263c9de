// What is put right on hosts every minute: roles lose memberships in roles of other projects, and
// the way into their databases, and get the CONNECTION LIMIT of a project's share; functions that
// write without a table are closed; roles that neighbours' grants or locks had kept are dropped.

import { tryAll } from '../../async/try-all.ts';
import { listTenantsOfHost } from '../../catalogue/projects/database-role-rows.ts';
import type { HostServer } from './host-server.ts';
import type { HostSession } from './host-session.ts';
import type { ProvisioningParts } from './provisioning-parts.ts';

type TendingParts = Pick<ProvisioningParts, 'catalogue' | 'hosts' | 'log'>;

const TENDING = { name: 'postern', mayGoOn: async () => {} };

/** Never rejects. What cannot be done now stays for the next time; no host waits for another. */
export async function tendHosts(parts: TendingParts): Promise<void> {
  const hosts = await parts.hosts.listOpen();
  const tended = hosts.map((host) =>
    host
      .withSession(TENDING, (session) => tend(parts, host, session))
      .catch((error: unknown) =>
        parts.log.warn({ event: 'host.tending_failed', err: error, host_id: host.id }, 'could not tend a host'),
      ),
  );
  await Promise.all(tended);
}

async function tend({ catalogue, log }: TendingParts, host: HostServer, session: HostSession): Promise<void> {
  const tenants = await listTenantsOfHost(catalogue.db, host.id);
  const dropRetired = () =>
    session.dropRetiredRoles(({ name }, error) => {
      const about = { host_id: host.id, database_role: name, err: error };
      log.info({ event: 'host.role_kept', ...about }, 'a deleted role still has privileges elsewhere');
    });
  const steps = [
    () => session.partProjects(tenants),
    () => session.closeToOthers(tenants),
    () => session.limitRoles(tenants),
    () => session.closeFunctions(tenants),
    dropRetired,
  ];
  await tryAll(steps, (step) => step());
}
