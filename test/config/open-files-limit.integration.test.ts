import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LEAST_OPEN_FILES } from '../../src/config/open-files-limit.ts';
import { BUILT_MAIN } from '../support/nodes/postern-process.ts';

const MODULE = fileURLToPath(new URL('../../src/config/open-files-limit.ts', import.meta.url));
const PROGRAM = `import { openFilesLimit } from ${JSON.stringify(MODULE)}; console.log(openFilesLimit());`;

function limitUnder(command: string): string {
  const shell = `${command} && exec "$0" --import tsx --input-type=module -e "$1"`;
  const { stdout, stderr } = spawnSync('sh', ['-c', shell, process.execPath, PROGRAM], { encoding: 'utf8' });
  return stdout.trim() || stderr;
}

describe('the limit on open files', () => {
  it.each(['650', '1000'])('is what the shell has set: %s', (limit) => {
    expect(limitUnder(`ulimit -n ${limit}`)).toBe(limit);
  });

  it.each(['30', '100', '300', '639'])('of %s ends every command with one sentence that says so', (limit) => {
    for (const command of ['serve', 'config']) {
      const shell = `ulimit -n ${limit} && exec "$0" "$1" ${command}`;
      const { status, stdout, stderr } = spawnSync('sh', ['-c', shell, process.execPath, BUILT_MAIN], {
        encoding: 'utf8',
      });
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(new RegExp(`^postern: only ${limit} files .* raise the limit \\(ulimit -n, .*\\)\n$`));
    }
  });

  it('that is just enough lets every command load', () => {
    const shell = `ulimit -n ${LEAST_OPEN_FILES} && exec "$0" "$1" config --json`;
    const { status, stderr } = spawnSync('sh', ['-c', shell, process.execPath, BUILT_MAIN], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
