// What all commands share: groups like `postern user …` that several files add to, and the option
// --json.

import type { Command } from 'commander';
import type { OutputFormat } from './print.ts';

export interface CommonOptions {
  readonly json?: boolean;
}

/** The sub-command group of that name, made when it is asked for first. */
export function group(program: Command, name: string, description: string): Command {
  return program.commands.find((command) => command.name() === name) ?? program.command(name).description(description);
}

export function formatOf(options: CommonOptions): OutputFormat {
  return options.json === true ? 'json' : 'table';
}
