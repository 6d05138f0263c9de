// Tells a Redis that is unavailable from a command that is wrong.

import { PosternError } from '../errors.ts';
import { isWrongCommand } from './redis-client.ts';

/**
 * Runs commands on Redis. Throws PosternError `store_unavailable` when the connection is lost, the
 * answer is late, or Redis refuses for a reason of its own (loading, read-only, out of memory). The
 * error of a command that is wrong in itself is thrown unchanged.
 * NOTE: after a lost reply the command may have taken effect; scripts that must know carry a nonce.
 */
export async function askStore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PosternError || isWrongCommand(error)) throw error;
    throw new PosternError('store_unavailable', { cause: error });
  }
}
