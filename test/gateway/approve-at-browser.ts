// What the page does when a person opens a terminal's link and approves it there.

import { currentSnapshot } from '../../src/catalogue/endings/catalogue-snapshot.ts';
import { systemClock } from '../../src/clock.ts';
import { newNodeId } from '../../src/ids.ts';
import { type ApprovalAnswer, approveLoginRequest } from '../../src/login/decide/approve-login-request.ts';
import { TerminalMemory } from '../../src/login/decide/terminal-memory.ts';
import { approvalOf, claimLink, type DeveloperForTests, type GatewayForTests } from './gateway-for-tests.ts';
import type { RawClient } from './raw-client.ts';

interface Decision {
  readonly developer: DeveloperForTests;
  readonly remember: 'once' | '1h';
  /** Of the browser; the terminal's own when absent. */
  readonly from?: string;
}

/** Of the developer's own project. */
export async function approveAtBrowser(
  gateway: GatewayForTests,
  client: RawClient,
  { developer, remember, from }: Decision,
): Promise<ApprovalAnswer> {
  const request = await claimLink(gateway, client, developer);
  const { computeId, database, databaseRole, access } = approvalOf(developer);
  const { snapshot } = await gateway.catalogue.db
    .selectNoFrom(currentSnapshot.as('snapshot'))
    .executeTakeFirstOrThrow();
  const services = {
    ...gateway,
    terminalMemory: new TerminalMemory(gateway.redis),
    clock: systemClock,
    nodeId: newNodeId(),
    reverseCode: 'when_new',
    sharedNetworks: [],
    askTtlMs: 900_000,
  } as const;
  return await approveLoginRequest(services, {
    request,
    person: {
      userId: developer.userId,
      email: developer.email,
      address: from ?? request.origin.address,
      userAgent: 'test',
      requestId: 'test',
      signIn: { method: 'password', at: new Date() },
      signedInAsOf: snapshot,
    },
    choice: {
      ...{ computeId, database, databaseRole, access, remember },
      ...{
        accountId: null,
        projectId: null,
        userCode: null,
        forAgent: false,
        confirmsWrite: false,
        alsoRelease: [],
        alsoReleaseCodes: [],
      },
    },
    isKnownTerminal: false,
  });
}
