// The programs that other tests drive are installed, in the versions that they name.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { postgresUrl } from '../support/databases/postgres-for-tests.ts';
import { runPsql } from '../support/nodes/psql.ts';

const run = promisify(execFile);
const INSTALL_TOOLS = fileURLToPath(new URL('../support/install-tools.mjs', import.meta.url));

describe('the tools of the tests', () => {
  it('are found silently when none is missing', async () => {
    expect(await run(process.execPath, [INSTALL_TOOLS])).toEqual({ stdout: '', stderr: '' });
  });

  it('are named in one line when they cannot be installed', async () => {
    const withoutPrograms = { env: { PATH: '/nonexistent' } };
    const failure = await run(process.execPath, [INSTALL_TOOLS], withoutPrograms).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^the tests need .* could not be installed: .*\bredis-server\b.*\n$/m),
    });
  });
});

describe.each(['15', '17', '18'] as const)('psql %s', (version) => {
  it('has that version and queries a real server', async () => {
    const args = ['-X', '-At', '-c', `\\echo :VERSION_NUM`, '-c', 'select 6 * 7', postgresUrl()];
    const { code, stdout, stderr } = await runPsql({ version, args });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^${version}\\d{4}\\n42\\n$`));
  });

  it('comes with a pg_dump of the same version', async () => {
    const { code, stdout } = await runPsql({ version, program: 'pg_dump', args: ['--version'] });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`(PostgreSQL) ${version}.`) });
  });
});

describe('the later versions', () => {
  it('speak direct TLS', async () => {
    for (const version of ['17', '18'] as const) {
      const { stderr } = await runPsql({
        version,
        args: ['host=127.0.0.1 port=1 sslmode=require sslnegotiation=direct'],
      });
      expect(stderr).toContain('Connection refused');
    }
  });

  it('speak protocol 3.2 and OAuth from 18 on', async () => {
    const options = 'max_protocol_version=3.2&oauth_issuer=https://issuer.example&oauth_client_id=psql';
    const { code, stderr } = await runPsql({
      version: '18',
      args: ['-X', '-c', 'select 1', `${postgresUrl()}&${options}`],
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
