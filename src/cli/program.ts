// Puts the command line together. `serve` is passed in, since only the executable may build a node.

import { Command, CommanderError } from 'commander';
import { openFilesLimit } from '../config/open-files-limit.ts';
import { describeConfig, readEnvironment } from '../config/read-environment.ts';
import { EmbeddedError } from '../embedded/data-folder/embedded-error.ts';
import { PosternError } from '../errors.ts';
import { cleanUpstreamText } from '../untrusted-text.ts';
import { VERSION } from '../version.ts';
import { addOrganizationCommands, addPersonCommands } from './account-commands.ts';
import { ACCESS } from './api/access-commands.ts';
import { ApiRefused } from './api/api-client.ts';
import { addApiGroup } from './api/api-commands.ts';
import { CONSUMPTION } from './api/consumption-commands.ts';
import { BREAK_GLASS } from './api/glass-commands.ts';
import { KEYS } from './api/key-commands.ts';
import { NOTIFY } from './api/notify-commands.ts';
import { ON_CALL } from './api/on-call-commands.ts';
import { INVITATIONS, MEMBERS, ORGS } from './api/orgs-commands.ts';
import { COMPUTES, GUESTS, PROJECTS } from './api/projects-commands.ts';
import { RULES } from './api/rule-commands.ts';
import { SCIM_KEYS } from './api/scim-key-commands.ts';
import { TEAMS } from './api/team-commands.ts';
import { addWhyCommand } from './api/why-command.ts';
import { addAuditCommands } from './audit-commands.ts';
import { addComputePasswordCommand, addComputePolicyCommand } from './compute-commands.ts';
import { addConnectCommands } from './connect/connect-commands.ts';
import { addOffboardingCommand } from './offboarding-command.ts';
import { addManagePeopleCommands } from './person-commands.ts';
import { addProjectCommands } from './project-commands.ts';
import { addSecretCommands } from './secret-commands.ts';
import { addSetUpLinkCommand } from './set-up-link-command.ts';
import type { CommandIo } from './terminal/command-io.ts';
import { type PrintOptions, printList } from './terminal/print.ts';

const API_GROUPS = [
  ...[ORGS, MEMBERS, INVITATIONS, TEAMS, RULES, ACCESS, BREAK_GLASS, ON_CALL, SCIM_KEYS, NOTIFY],
  ...[PROJECTS, GUESTS, COMPUTES, KEYS, CONSUMPTION],
];

export interface ProgramParts {
  readonly serve: (options: { demo: 'with' | 'without' }) => Promise<void>;
  readonly io: CommandIo;
}

/** Ends no process: where commander would exit, it throws a CommanderError after printing. */
export function createProgram({ serve, io }: ProgramParts): Command {
  const program = new Command('postern')
    .description('passwordless psql login for the Postgres servers of a team')
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    });
  program
    .command('serve')
    .description('run a node')
    .option('--demo', 'add a demo organization with something to choose from')
    .action((options: { demo?: boolean }) => serve({ demo: options.demo === true ? 'with' : 'without' }));
  addConfigCommand(program, io);
  addSetUpLinkCommand(program, io);
  addPersonCommands(program, io);
  addManagePeopleCommands(program, io);
  addOffboardingCommand(program, io);
  addOrganizationCommands(program, io);
  addProjectCommands(program, io);
  addComputePolicyCommand(program, io);
  addComputePasswordCommand(program, io);
  addSecretCommands(program, io);
  addAuditCommands(program, io);
  for (const group of API_GROUPS) addApiGroup({ program, io }, group);
  addWhyCommand({ program, io });
  addConnectCommands(program, io);
  return program;
}

/** The command throws ConfigError, after its listing, for a configuration that a server refuses. */
function addConfigCommand(program: Command, io: CommandIo): void {
  program
    .command('config')
    .description('show each configuration variable, its value and where that comes from')
    .option('--json', 'print JSON')
    .action((options: PrintOptions) => {
      const columns = { Name: 'name', Value: 'value', Source: 'source', Meaning: 'meaning' };
      const rows = describeConfig(io.environment).map((line) => ({ ...line }));
      printList(io, { title: 'Configuration', columns, rows }, options);
      const openFiles = openFilesLimit();
      if (options.json !== true && openFiles !== null)
        io.stdout.write(`Open files: at most ${openFiles} (ulimit -n)\n`);
      readEnvironment(io.environment);
    });
}

/** Exit code for an error that a command threw; 0 when help was asked for. */
export function exitCodeOf(error: unknown): number {
  return error instanceof CommanderError ? error.exitCode : 1;
}

/** The text of a failed command: the message, the cause, and what to do next. */
export function explain(error: unknown): string {
  if (error instanceof CommanderError) return '';
  return cleanUpstreamText(explanationOf(error));
}

function explanationOf(error: unknown): string {
  if (error instanceof ApiRefused) return refusalOf(error);
  // Its message is written for operators and includes the cause.
  if (error instanceof EmbeddedError) return `${error.message}\n`;
  if (!(error instanceof PosternError)) return `${reasonsOf(error)}\n`;
  if (error.code === 'store_unavailable') {
    return `the catalogue cannot be reached: ${reasonsOf(error.cause)}\nCheck DATABASE_URL, or retry in a moment.\n`;
  }
  return error.hint === null ? `${reasonsOf(error)}\n` : `${reasonsOf(error)}\n${error.hint}\n`;
}

function reasonsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node's AggregateError of a connection has no message of its own.
  if (error instanceof AggregateError) return error.errors.map(reasonsOf).join('; ');
  return error.cause === undefined ? error.message : `${error.message}: ${reasonsOf(error.cause)}`;
}

/** The request's id finds the call in the log of the installation. */
function refusalOf({ message, requestId }: ApiRefused): string {
  return requestId === null ? `${message}\n` : `${message} (request ${requestId})\n`;
}
