// What all commands share: groups such as `postern user …`, to which several files add, and --json.

import type { Command } from 'commander';
import type { OutputFormat } from './print.ts';

export interface CommonOptions {
  readonly json?: boolean;
}

/** The command group of that name, created at the first call. */
export function group(program: Command, name: string, description: string): Command {
  return program.commands.find((command) => command.name() === name) ?? program.command(name).description(description);
}

export function formatOf(options: CommonOptions): OutputFormat {
  return options.json === true ? 'json' : 'table';
}
