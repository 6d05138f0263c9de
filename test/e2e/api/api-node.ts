// A whole node for tests with Neon's own clients: a person with a key, an organization, folders for
// their configuration.

import { createPersonalKey } from '../../../src/catalogue/access/api-keys.ts';
import { createOrganization } from '../../../src/catalogue/accounts/organizations.ts';
import { loadPersonActor } from '../../../src/catalogue/rights/actors.ts';
import { type AuditContext, SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type AccountId, personalAccountId, type UserId } from '../../../src/ids.ts';
import { addPerson, createInstallation, type TestNode } from '../../support/nodes/postern-for-tests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

export interface ApiNode {
  readonly node: TestNode;
  readonly userId: UserId;
  readonly key: string;
  readonly organization: { readonly id: AccountId; readonly name: string };
  /** Removed with the node. */
  readonly folder: string;
  /** One more person, with a key. */
  newPerson(email: string): Promise<{ readonly userId: UserId; readonly accountId: AccountId; readonly key: string }>;
  /** One more node of the same installation. */
  startNode(): Promise<TestNode & AsyncDisposable>;
  close(): Promise<void>;
}

export async function startApiNode(environment: Readonly<Record<string, string>> = {}): Promise<ApiNode> {
  const installation = await createInstallation();
  const folder = await temporaryFolder();
  const node = await installation.startNode(environment);
  const { catalogue } = node.postern;
  const newPerson = async (email: string, name = email) => {
    const user = await addPerson(node, { email, name });
    const actor = await loadPersonActor(catalogue, user.id);
    if (actor === null) throw new Error(`there is no person ${email}`);
    const context: AuditContext = { ...SYSTEM_CONTEXT, actor };
    const { key } = await createPersonalKey(catalogue, context, { name: 'tests' });
    return { userId: user.id, accountId: personalAccountId(user.id), key: key.reveal(), email: user.email };
  };
  const admin = await newPerson('alex@example.com', 'Alex Lopez');
  const organization = await createOrganization(catalogue, SYSTEM_CONTEXT, {
    name: 'Example Org',
    admin: { id: admin.userId, email: admin.email },
  });
  return {
    node,
    userId: admin.userId,
    key: admin.key,
    organization,
    folder: folder.path,
    newPerson,
    startNode: async () => {
      const other = await installation.startNode(environment);
      return { ...other, [Symbol.asyncDispose]: () => other.close() };
    },
    close: async () => {
      await installation.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
