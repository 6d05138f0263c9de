import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const MODULE = fileURLToPath(new URL('../../src/config/open-files-limit.ts', import.meta.url));
const PROGRAM = `import { openFilesLimit } from ${JSON.stringify(MODULE)}; console.log(openFilesLimit());`;

function limitUnder(command: string): string {
  const shell = `${command} && exec "$0" --import tsx --input-type=module -e "$1"`;
  const { stdout, stderr } = spawnSync('sh', ['-c', shell, process.execPath, PROGRAM], { encoding: 'utf8' });
  return stdout.trim() || stderr;
}

describe('the limit on open files', () => {
  it.each(['450', '1000'])('is what the shell has set: %s', (limit) => {
    expect(limitUnder(`ulimit -n ${limit}`)).toBe(limit);
  });
});
