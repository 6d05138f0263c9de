// What signals do to a process that serves: the first one drains it, the next is quicker, the
// third ends it. SIGHUP reloads, or drains where it says that the terminal is lost.

import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

export interface SignalReactions {
  /** Ends the work in good order, which may take minutes. */
  drain(): Promise<void>;
  /** Ends it within seconds; `drain` resolves then, too. */
  quicken(): Promise<void>;
  reload(): Promise<void>;
}

/** `worker`: a terminal sends its signals to each process, and the primary has them, too. */
export type ServingAs = 'only_process' | 'primary' | 'worker';

/** All that end a process by default and that people, supervisors or containers send. */
const ENDING = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGUSR2', 'SIGPWR', 'SIGXCPU'] as const;
const OF_TERMINALS = ['SIGINT', 'SIGQUIT', 'SIGHUP'] as const;
/** One Ctrl-C comes twice where npm passes it on as well. */
const SAME_SIGNAL_MS = 300;

export function reactToSignals(servingAs: ServingAs, reactions: SignalReactions): void {
  const end = endInSteps(reactions);
  const leftToPrimary: readonly NodeJS.Signals[] = servingAs === 'worker' ? OF_TERMINALS : [];
  for (const signal of leftToPrimary) process.on(signal, () => {});
  for (const signal of ENDING) if (!leftToPrimary.includes(signal)) process.on(signal, end);
  if (servingAs === 'worker') return;
  const startedAtTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  process.on('SIGHUP', () => {
    if (startedAtTerminal && !hasTerminal()) end();
    else void reactions.reload();
  });
}

function endInSteps({ drain, quicken }: SignalReactions): () => void {
  let steps = 0;
  let lastAtMs = Number.NEGATIVE_INFINITY;
  const exitAfter = (work: Promise<void>): void => {
    work.then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  return () => {
    const nowMs = performance.now();
    if (nowMs - lastAtMs < SAME_SIGNAL_MS) return;
    lastAtMs = nowMs;
    steps += 1;
    if (steps === 1) exitAfter(drain());
    else if (steps === 2) exitAfter(quicken());
    else process.exit(1);
  };
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
