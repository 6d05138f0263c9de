// Starts the installed Redis, prints its port, and stays.

import { startEmbeddedRedis } from '../../../src/embedded/redis/embedded-redis.ts';
import { createLog } from '../../../src/log.ts';

const redis = await startEmbeddedRedis({ log: createLog('warn'), searchPath: process.env.PATH ?? '' });
process.stdout.write(`${new URL(redis.url.reveal()).port}\n`);
setInterval(() => {}, 60_000);
