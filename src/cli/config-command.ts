// `postern config`: prints variables with their sources, secrets masked, then the problems.

import type { Command } from 'commander';
import { describeConfig, readEnvironment } from '../config/read-environment.ts';
import type { CommandIo } from './terminal/command-io.ts';
import { type PrintOptions, printList } from './terminal/print.ts';

/** The command throws ConfigError, after its listing, for a configuration that a server refuses. */
export function addConfigCommand(program: Command, io: CommandIo): void {
  program
    .command('config')
    .description('show each configuration variable, its value and where that comes from')
    .option('--json', 'print JSON')
    .action((options: PrintOptions) => {
      const columns = { Name: 'name', Value: 'value', Source: 'source', Meaning: 'meaning' };
      const rows = describeConfig(io.environment).map((line) => ({ ...line }));
      printList(io, { title: 'Configuration', columns, rows }, options);
      readEnvironment(io.environment);
    });
}
