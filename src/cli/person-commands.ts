// `postern user`: people of this installation. Acts as the system.

import type { Command } from 'commander';
import { createUser } from '../actions/people/sign-up.ts';
import { SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import { type CommonOptions, formatOf, group } from './terminal/command-group.ts';
import { type CommandIo, readSecret } from './terminal/command-io.ts';
import { printOne } from './terminal/print.ts';
import { withCatalogue } from './with-catalogue.ts';

export function addPersonCommands(program: Command, io: CommandIo): void {
  const user = group(program, 'user', 'people');
  user
    .command('add <email>')
    .description('add a person, who signs in with this e-mail')
    .requiredOption('--name <name>', 'the name that others see')
    .option(
      '--password-stdin',
      'read the password from standard input; without it the person signs in by OpenID Connect',
    )
    .option('--password-file <path>', 'read the password from a file')
    .option('--operator', 'may run the installation')
    .option('--json', 'print JSON')
    .action(async (email: string, options: UserOptions) => {
      const asksPassword = options.passwordStdin === true || options.passwordFile !== undefined;
      const password = asksPassword ? await readSecret(io, { file: options.passwordFile }) : null;
      const made = await withCatalogue(io, (tools) =>
        createUser(tools, SYSTEM_CONTEXT, {
          email,
          name: options.name,
          password,
          emailVerified: true,
          isOperator: options.operator === true,
        }),
      );
      printOne(io, { id: made.id, email: made.email, name: made.name, operator: made.isOperator }, formatOf(options));
    });
}

interface UserOptions extends CommonOptions {
  readonly name: string;
  readonly passwordStdin?: boolean;
  readonly passwordFile?: string;
  readonly operator?: boolean;
}
