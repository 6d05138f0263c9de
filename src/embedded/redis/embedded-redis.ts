// The Redis of an installation that names none: an installed server where there is one, else one
// inside this process. Keeps nothing on disk, and only loopback reaches it, with a password.

import type { Log } from '../../log.ts';
import { findRedisProgram } from './find-redis-program.ts';
import { startInProcessRedis } from './in-process-redis.ts';
import { startRedisProcess } from './redis-process.ts';
import type { RunningRedis } from './running-redis.ts';

interface EmbeddedRedisOptions {
  readonly log: Log;
  /** Where programs are looked for, as in PATH. */
  readonly searchPath: string;
}

export async function startEmbeddedRedis({ log, searchPath }: EmbeddedRedisOptions): Promise<RunningRedis> {
  const program = await findRedisProgram(searchPath);
  if (program === null) return await startInProcessRedis();
  try {
    return await startRedisProcess({ program, log });
  } catch (error) {
    log.warn(
      { event: 'embedded.redis_not_started', err: error, program },
      'the installed Redis does not start: going on with the smaller one inside this process',
    );
    return await startInProcessRedis();
  }
}
