// What a person at the terminal is told after Ctrl-C: whom the stop waits for, and how to stop now.

import { formatDuration } from '../../duration.ts';
import { cleanForTerminal } from '../../untrusted-text.ts';

export interface StillConnected {
  /** Each once. */
  readonly people: readonly string[];
  readonly connections: number;
  readonly waitingLogins: number;
}

const MOST_NAMES = 3;

/** Empty when nothing is waited for. */
export function stopText({ people, connections, waitingLogins }: StillConnected, limitMs: number): string {
  const names = people.slice(0, MOST_NAMES).map(cleanForTerminal);
  const more = people.length > MOST_NAMES ? [`${people.length - MOST_NAMES} more`] : [];
  const whose = names.length === 0 ? '' : ` (${[...names, ...more].join(', ')})`;
  const awaited = [
    ...(connections === 0 ? [] : [`${counted(connections, 'connection')}${whose}`]),
    ...(waitingLogins === 0 ? [] : [counted(waitingLogins, 'login')]),
  ];
  if (awaited.length === 0) return '';
  return `Waiting for ${awaited.join(' and ')}, at most ${formatDuration(limitMs)}. Press Ctrl-C again to stop now.\n`;
}

function counted(count: number, thing: string): string {
  return count === 1 ? `1 ${thing}` : `${count} ${thing}s`;
}
