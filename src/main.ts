#!/usr/bin/env node
// The executable: `postern serve` runs a node until a signal ends it; every other command is in cli/.

import { createProgram, explain } from './cli/program.ts';
import { type Config, loadConfig } from './config.ts';
import { createLog } from './log.ts';
import { type Addresses, createPostern } from './postern.ts';
import { ConfigError, unknownVariables } from './read-environment.ts';

async function serve({ demo }: { demo: 'with' | 'without' }): Promise<void> {
  const config = loadConfig(process.env, { demo });
  const log = createLog(config.logLevel);
  for (const name of unknownVariables(process.env)) log.warn({ name }, 'no such configuration variable');
  const postern = await createPostern(config, { log });
  // npm and terminals send a second signal soon after the first: it means now.
  const stop = async (signal: NodeJS.Signals) => {
    log.info({ signal }, 'draining');
    process.once(signal, () => process.exit(1));
    await postern.drain();
    await postern.close();
    process.exit(0);
  };
  process.once('SIGTERM', (signal) => void stop(signal));
  process.once('SIGINT', (signal) => void stop(signal));
  print(config, await postern.listen());
}

/** What to type next, one `name: value` line each, so that scripts can read them. */
function print({ pg }: Config, { pg: address, http, setUpUrl }: Addresses): void {
  const host = pg.publicHost ?? 'localhost';
  process.stdout.write(`psql: psql -h ${host} -p ${address.port}\n`);
  process.stdout.write(`console: ${http.url}\n`);
  if (setUpUrl !== null) process.stdout.write(`set-up: ${setUpUrl}\n`);
  process.stdout.write('ready\n');
}

const { env: environment, stdin, stdout, stderr } = process;
createProgram({ serve, io: { environment, stdin, stdout, stderr } })
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(error instanceof ConfigError ? `${error.message}\n` : explain(error));
    process.exit(1);
  });
