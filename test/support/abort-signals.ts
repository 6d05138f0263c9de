// What is still attached to an abort signal: listeners, and the signals that AbortSignal.any made
// of it.

import { getEventListeners } from 'node:events';

export function attachedTo(signal: AbortSignal): number {
  // No public interface shows them; node keeps them in a set under a private symbol.
  const symbol = Object.getOwnPropertySymbols(signal).find(({ description }) => description === 'kDependantSignals');
  const dependants: unknown = symbol === undefined ? null : Reflect.get(signal, symbol);
  const dependantCount = typeof dependants === 'object' && dependants !== null ? Reflect.get(dependants, 'size') : 0;
  return getEventListeners(signal, 'abort').length + dependantCount;
}
