// Derives keys for the passwords of upstreams. How long that takes is the server's word, and the
// threads that do it also compress pages and find names.

import { oneAtATime } from '../../async/one-at-a-time.ts';
import { deriveScramKeys, ScramKeys } from '../../protocol/scram-verifier.ts';

/** Some five milliseconds; PostgreSQL's default is 4,096. */
const MOST_CHEAP_ITERATIONS = 10_000;
/** As long as a login waits for its upstream. */
const LONGEST_WAIT_MS = 20_000;

const inTurn = oneAtATime(LONGEST_WAIT_MS);

const deriveInTurn: typeof deriveScramKeys = (password, how) => {
  const derive = () => deriveScramKeys(password, how);
  return how.iterations <= MOST_CHEAP_ITERATIONS ? derive() : inTurn(derive);
};

/** Dear derivations of all of them together are one at a time. */
export function upstreamScramKeys(): ScramKeys {
  return new ScramKeys(deriveInTurn);
}
