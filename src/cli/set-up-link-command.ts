// `postern setup-link`: the one-time link of the first operator again, while there is nobody yet.

import type { Command } from 'commander';
import { createSetUpCode } from '../actions/people/sign-up.ts';
import { loadConfig } from '../config/config.ts';
import { publicAddress } from '../config/public-address.ts';
import { readWebPort } from '../embedded/data-folder/web-port.ts';
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
      const config = loadConfig(io.environment);
      const code = await withCatalogue(io, createSetUpCode);
      if (code === null) throw new PosternError('already_set_up');
      const port = config.http.portMayDiffer ? await readWebPort(config.dataDir) : null;
      const { url } = publicAddress(config.http, port ?? config.http.port);
      printOne(io, { 'set-up': `${url}/setup/${code.reveal()}` }, options);
    });
}
