// Tells a Redis that is unavailable from a command that is wrong.

import { PosternError } from '../errors.ts';
import { isWrongCommand } from './redis-client.ts';

/**
 * Throws PosternError `store_unavailable` when Redis is away, late or refuses for its own reasons;
 * a wrong command's error unchanged. NOTE: the command may have taken effect; scripts that must
 * know carry a nonce.
 */
export async function askStore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PosternError || isWrongCommand(error)) throw error;
    throw new PosternError('store_unavailable', { cause: error });
  }
}
