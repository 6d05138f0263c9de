// Runs one command of the command line in the test's own process, on a catalogue of its own.

import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createProgram, exitCodeOf, explain } from '../../src/cli/program.ts';
import type { Environment } from '../../src/config/read-environment.ts';

export interface CommandEnd {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** As the executable does it: an error goes to standard error as text. */
export async function runCommand(environment: Environment, args: readonly string[], stdin = ''): Promise<CommandEnd> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = { environment, stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr };
  const program = createProgram({ serve: () => Promise.reject(new Error('this is no server')), io });
  const exitCode = await program.parseAsync(args, { from: 'user' }).then(
    () => 0,
    (error: unknown) => {
      stderr.write(explain(error));
      return exitCodeOf(error);
    },
  );
  stdout.end();
  stderr.end();
  return { exitCode, stdout: await text(stdout), stderr: await text(stderr) };
}
