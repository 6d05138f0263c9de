// Runs the crowds of bench/connections.ts in a process of their own, so that they do not slow the
// measuring one. Takes one command at a time over IPC and answers with the number of connected
// clients.

import { type Crowd, openIdleCrowd, openWaitingCrowd } from '../test/e2e/load/crowd.ts';

export type CrowdCommand =
  | { readonly kind: 'wait'; readonly port: number; readonly size: number }
  | {
      readonly kind: 'live';
      readonly port: number;
      readonly size: number;
      readonly user: string;
      readonly password: string;
    }
  /** `last_wait`: the waiting clients that the last command added. */
  | { readonly kind: 'leave'; readonly which: 'wait' | 'last_wait' | 'live' }
  | { readonly kind: 'count' };

export interface CrowdAnswer {
  readonly waiting: number;
  readonly live: number;
  readonly error?: string;
}

/**
 * Retries: thousands of sessions at once are hard on Postgres, and Postgres is not what is
 * measured.
 */
const ATTEMPTS = 5;

const crowds: Record<'wait' | 'live', Crowd[]> = { wait: [], live: [] };

process.on('disconnect', () => process.exit());
process.on('message', (command: CrowdCommand) => {
  obey(command).then(
    () => process.send?.(counts()),
    (error: unknown) => process.send?.({ ...counts(), error: String(error) }),
  );
});

async function obey(command: CrowdCommand): Promise<void> {
  switch (command.kind) {
    case 'wait':
      crowds.wait.push(await openWaitingCrowd(command));
      return;
    case 'live':
      crowds.live.push(await openIdleCrowd({ ...command, attempts: ATTEMPTS }));
      return;
    case 'leave':
      await Promise.all(leaving(command.which).map((crowd) => crowd.leave()));
      return;
    case 'count':
      return;
    default:
      command satisfies never;
  }
}

function leaving(which: 'wait' | 'last_wait' | 'live'): Crowd[] {
  return which === 'last_wait' ? crowds.wait.splice(-1) : crowds[which].splice(0);
}

function counts(): CrowdAnswer {
  const count = (of: readonly Crowd[]) => of.reduce((sum, crowd) => sum + crowd.connectedCount(), 0);
  return { waiting: count(crowds.wait), live: count(crowds.live) };
}
