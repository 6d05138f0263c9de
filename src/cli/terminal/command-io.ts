// What commands share: their streams, the secrets that they read, groups such as `postern user …`.

import { readFile } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { Environment } from '../../config/read-environment.ts';
import { PosternError } from '../../errors.ts';
import { Secret } from '../../secret.ts';

export interface CommandIo {
  readonly environment: Environment;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** From standard input or a file, without its line end. `invalid_input` when it is empty. */
export async function readSecret(io: CommandIo, from: { readonly file?: string | undefined }): Promise<Secret> {
  const read = from.file === undefined ? await text(io.stdin) : await readFile(from.file, 'utf8');
  const value = read.replace(/\r?\n$/, '');
  if (value === '') throw new PosternError('secret_empty');
  return new Secret(value);
}

/** The command group of that name, created at the first call. */
export function group(program: Command, name: string, description: string): Command {
  return program.commands.find((command) => command.name() === name) ?? program.command(name).description(description);
}
