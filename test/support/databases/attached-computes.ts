// Attached projects, written into the catalogue without connecting: also computes that are down,
// refuse, or have the wrong certificate.

import { type RegisteredProject, registerProject } from '../../../src/catalogue/projects/register-project.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { personalAccountId } from '../../../src/ids.ts';
import type { UpstreamTls } from '../../../src/protocol/upstream-tls.ts';
import { Secret } from '../../../src/secret.ts';
import type { Desk } from '../nodes/desk.ts';

export interface ComputeAddress {
  readonly port: number;
  readonly host?: string;
  readonly tls?: UpstreamTls;
}

export interface UpstreamAccount {
  readonly role: string;
  readonly password: string;
  readonly database: string;
}

/** Credentials of the desk's own project on the run's Postgres. */
export function accountOf({ project }: Pick<Desk, 'project'>): UpstreamAccount {
  const [role = { name: '' }] = project.roles;
  const [database = { name: '' }] = project.databases;
  return { role: role.name, password: project.password.reveal(), database: database.name };
}

/** One more project of the desk's person, to choose on the approval page. */
export async function attachCompute(
  { node, person }: Pick<Desk, 'node' | 'person'>,
  { port, host = '127.0.0.1', tls = { mode: 'disable' } }: ComputeAddress,
  { role, password, database }: UpstreamAccount,
): Promise<RegisteredProject & { readonly choice: { readonly compute_id: string } }> {
  const registered = await registerProject(node.postern.catalogue, SYSTEM_CONTEXT, {
    project: {
      accountId: personalAccountId(person.id),
      name: `attached on ${port}`,
      pgVersion: 18,
      regionId: 'attached',
      creationSource: 'attached',
    },
    compute: { name: 'brought', type: 'read_write', state: 'active', hostId: null, host, port, isListed: true, tls },
    databases: [{ name: database, ownerName: role }],
    roles: [{ name: role, password: new Secret(password) }],
  });
  return { ...registered, choice: { compute_id: registered.compute.id } };
}
