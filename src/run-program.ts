// The program: `postern serve` runs a node until a signal ends it; cli/ has the other commands.

import cluster from 'node:cluster';
import { createProgram, exitCodeOf, explain } from './cli/program.ts';
import { readyText } from './cli/terminal/ready-text.ts';
import { stopText } from './cli/terminal/stop-text.ts';
import { type Config, loadConfig } from './config/config.ts';
import type { Addresses } from './config/ports.ts';
import { unknownVariables } from './config/read-environment.ts';
import { rememberWebPort } from './embedded/data-folder/web-port.ts';
import { createLog, type Log } from './log.ts';
import { createPostern } from './postern.ts';
import { reactToSignals } from './workers/process-signals.ts';
import { runWorkers } from './workers/run-workers.ts';
import { reportReady } from './workers/worker-pool.ts';

async function serve({ demo }: { demo: 'with' | 'without' }): Promise<void> {
  const config = loadConfig(process.env, { demo });
  const log = createLog(config.logLevel, process.stderr.isTTY ? 'lines' : 'json');
  for (const name of unknownVariables(process.env))
    log.warn({ event: 'config.unknown_variable', name }, 'no such configuration variable');
  if (config.workers > 1 && cluster.isPrimary) await serveByWorkers(config, log);
  else await serveAlone(config, log);
}

async function serveAlone(config: Config, log: Log): Promise<void> {
  const starting = createPostern(config, { log });
  reactToSignals(cluster.isWorker ? 'worker' : 'only_process', {
    async drain() {
      log.info({ event: 'node.draining' }, 'draining');
      const postern = await starting;
      const { stderr } = process;
      if (stderr.isTTY) stderr.write(stopText(postern.gateway.stillConnected(), config.drain.limitMs));
      await postern.drain();
      await postern.close();
    },
    quicken: async () => (await starting).close(),
    reload: async () => (await starting).reload(),
  });
  const postern = await starting;
  const addresses = await postern.listen().catch(async (error: unknown) => {
    await postern.close();
    throw error;
  });
  if (cluster.isWorker) reportReady(addresses);
  else await announce(config, addresses);
}

async function serveByWorkers(config: Config, log: Log): Promise<void> {
  const starting = runWorkers(config, log);
  reactToSignals('primary', {
    drain: async () => (await starting).stop(),
    quicken: async () => (await starting).stop(),
    reload: async () => (await starting).restartOneByOne(),
  });
  const workers = await starting;
  await announce(config, workers.addresses);
}

async function announce({ pg, http: web, dataDir }: Config, addresses: Addresses): Promise<void> {
  const { pg: address, http, setUpUrl } = addresses;
  if (web.portMayDiffer) await rememberWebPort(dataDir, http.port);
  const { stdout } = process;
  const psql = `psql -h ${pg.publicHost ?? 'localhost'} -p ${pg.publicPort ?? address.port}`;
  const terminal = stdout.isTTY ? { columns: stdout.columns } : null;
  stdout.write(readyText({ psql, consoleUrl: http.url, setUpUrl }, terminal));
}

export async function runProgram(): Promise<void> {
  const { env: environment, stdin, stdout, stderr } = process;
  // NOTE: whoever read them may go away, as `| head` does; that must not end a node.
  for (const output of [stdout, stderr]) output.on('error', () => {});
  try {
    await createProgram({ serve, io: { environment, stdin, stdout, stderr } }).parseAsync();
  } catch (error) {
    stderr.write(explain(error));
    process.exit(exitCodeOf(error));
  }
}
