import { chmod, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  findService,
  readServiceFile,
  withoutService,
  withService,
  writeServiceFile,
} from '../../src/cli/connect/service-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SETTINGS = { host: 'pg.example.com', user: 'ann' };
const OWN = '[postern]\n# made by postern connect\nhost=pg.example.com\nuser=ann\n';

describe('a section of a service file', () => {
  it.each([
    ['nothing', ''],
    ['a section of others', '# mine\n[shop]\nhost=db.example.com\n'],
    ['Windows line ends', '[shop]\r\nhost=db.example.com\r\n'],
    ['no line end', '[shop]\nhost=db.example.com'],
    ['empty lines at its end', '[shop]\nhost=db.example.com\n\n\n'],
    ['a section whose name begins alike', '[postern2]\nhost=a\n'],
  ])('comes and goes in a file with %s', (_what, text) => {
    const changed = withService(text, 'postern', SETTINGS);
    expect(changed.startsWith(text)).toBe(true);
    expect(changed.endsWith(OWN)).toBe(true);
    expect(findService(changed, 'postern')).toMatchObject({ isOurs: true, settings: SETTINGS });
    const back = withoutService(changed, 'postern');
    expect([text, `${text}\n`]).toContain(back);
  });

  it('is replaced between those of others, whose comments stay', () => {
    const before = '# one\n[a]\nhost=1\n\n';
    const after = '\n# two\n[b]\nhost=2\n';
    const old = '[postern]\n# made by postern connect\nhost=old\nsslcert=/old\n';
    expect(withService(`${before}${old}${after}`, 'postern', SETTINGS)).toBe(`${before}${OWN}${after}`);
    expect(withoutService(`${before}${old}${after}`, 'postern')).toBe(`${before}${after}`);
  });

  it('that somebody else wrote is told from ours', () => {
    expect(findService('[postern]\nhost=theirs\n', 'postern')).toMatchObject({ isOurs: false });
    expect(findService('[shop]\nhost=theirs\n', 'postern')).toBe(null);
  });
});

describe('the file', () => {
  it('keeps its bytes, its permissions and the link to it', async () => {
    await using folder = await temporaryFolder();
    const [path, link] = [join(folder.path, 'real'), join(folder.path, 'link')];
    const bytes = Buffer.from([0x23, 0xff, 0xfe, 0x00, 0x0a]);
    await writeFile(path, bytes);
    await chmod(path, 0o640);
    await symlink(path, link);
    await writeServiceFile(link, withService(await readServiceFile(link), 'postern', SETTINGS));
    expect((await readFile(path)).subarray(0, bytes.length)).toEqual(bytes);
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    await writeServiceFile(link, withoutService(await readServiceFile(link), 'postern'));
    expect(await readFile(path)).toEqual(bytes);
  });

  it('is made for its user alone, and removed when it is empty', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'made');
    await writeServiceFile(path, OWN);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeServiceFile(path, '');
    expect(await readServiceFile(path)).toBe('');
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });
});
