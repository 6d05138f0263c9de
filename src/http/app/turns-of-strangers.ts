// Pages for people who are not signed in, and answers to programs, one in each turn of the event
// loop: the bytes of psql sessions are relayed between two of them, however many requests come in
// one turn. The address that waits for the fewest comes first, and every second time who has waited
// longest: somebody who always waits for a few must not keep back for ever those who are many.

import { setImmediate } from 'node:timers/promises';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { NetworkCrowd } from '../../network-crowd.ts';
import { clientAddress } from '../request/client-address.ts';
import { findContext } from '../request/request-context.ts';

export function turnsOfStrangers(): RequestHandler {
  const waiting = new NetworkCrowd<() => void>();
  const inOrder = new Set<() => void>();
  let isRunning = false;
  let isForLongest = false;
  const run = async (): Promise<void> => {
    isRunning = true;
    while (waiting.size > 0) {
      // What else arrived comes between.
      await setImmediate();
      const [first] = isForLongest ? inOrder : waiting.leastCrowded();
      isForLongest = !isForLongest;
      first?.();
    }
    isRunning = false;
  };
  return function takeTurn(request, response, next) {
    const { session, address } = findContext(response) ?? { session: null, address: clientAddress(request) };
    if (session !== null) return next();
    const leave = (): void => {
      waiting.delete(begin);
      inOrder.delete(begin);
    };
    const begin = (): void => {
      leave();
      response.off('close', leave);
      next();
    };
    waiting.add(address, begin);
    inOrder.add(begin);
    response.once('close', leave);
    if (!isRunning) void run();
  };
}

/** What fails before its turn is answered in one, too: the page of an error is a page. */
export function errorsInTurn(turns: RequestHandler): ErrorRequestHandler {
  return (error: unknown, request, response, next) => turns(request, response, () => next(error));
}
