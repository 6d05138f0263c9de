// `postern setup-link`: the one-time link of the first operator again, while there is nobody yet.

import type { Command } from 'commander';
import { createSetUpCode } from '../actions/people/sign-up.ts';
import { PosternError } from '../errors.ts';
import type { CommandIo } from './terminal/command-io.ts';
import { type PrintOptions, printOne } from './terminal/print.ts';
import { withCatalogue } from './with-catalogue.ts';

export function addSetUpLinkCommand(program: Command, io: CommandIo): void {
  program
    .command('setup-link')
    .description('print the link for the first operator again; it is open for an hour')
    .option('--json', 'print JSON')
    .action(async (options: PrintOptions) => {
      const { code, url } = await withCatalogue(io, async (tools) => ({
        code: await createSetUpCode(tools),
        url: tools.address.url,
      }));
      if (code === null) throw new PosternError('already_set_up');
      printOne(io, { 'set-up': `${url}/setup/${code.reveal()}` }, options);
    });
}
