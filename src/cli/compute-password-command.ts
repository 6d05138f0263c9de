// `postern compute password`: stores the new password of a role after it was changed on an attached
// server.

import type { Command } from 'commander';
import { renewRolePassword } from '../actions/databases/change-roles.ts';
import { SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import { PosternError } from '../errors.ts';
import { type ComputeId, idFrom } from '../ids.ts';
import { type CommonOptions, formatOf, group } from './terminal/command-group.ts';
import { type CommandIo, readSecret } from './terminal/command-io.ts';
import { printOne } from './terminal/print.ts';
import { withCatalogue } from './with-catalogue.ts';

interface PasswordOptions extends CommonOptions {
  readonly role: string;
  readonly passwordStdin?: boolean;
  readonly passwordFile?: string;
}

export function addComputePasswordCommand(program: Command, io: CommandIo): void {
  group(program, 'compute', 'computes of projects')
    .command('password <compute>')
    .description(
      'keep the new password of a role on an attached server, after it was changed there; ends remembered approvals and ' +
        'connections with the role',
    )
    .requiredOption('--role <name>', 'the database role')
    .option('--password-stdin', 'read the password from standard input')
    .option('--password-file <path>', 'read the password from a file')
    .option('--json', 'print JSON')
    .action(async (id: string, options: PasswordOptions) => {
      const { passwordStdin, passwordFile: file, role: databaseRole } = options;
      if (passwordStdin !== true && file === undefined) {
        throw new PosternError('password_not_given');
      }
      const computeId = idFrom<ComputeId>(id);
      const password = await readSecret(io, { file });
      const role = await withCatalogue(io, (tools) =>
        renewRolePassword(tools, SYSTEM_CONTEXT, { computeId, databaseRole, password }),
      );
      printOne(io, { compute_id: computeId, role: role.name }, formatOf(options));
    });
}
