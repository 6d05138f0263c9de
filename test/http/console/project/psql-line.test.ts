import { expect, it } from 'vitest';
import type { Project } from '../../../../src/catalogue/projects/projects.ts';
import { projectPsqlLine } from '../../../../src/http/console/project/psql-line.ts';
import { shellWord } from '../../../../src/http/console/project/shell-word.ts';
import type { ConsoleParts } from '../../../../src/http/console/shell/console-call.ts';

it.each([
  ['hosted', 'Corner Shop', 'corner_shop', '-d corner_shop'],
  ['attached', 'shop', 'postgres', '-d shop'],
  ['attached', 'My shop', 'app', '-d "My shop"'],
  ['hosted', 'shop', null, '-d shop'],
] as const)('the psql line of %s project "%s" with database %s ends with %s', (creationSource, name, database, end) => {
  const parts = { config: { pg: { publicHost: 'pg.example.com', publicPort: 5_432 } }, address: { url: '' } };
  const project = { name, creationSource } as Project;
  const line = projectPsqlLine(parts as Pick<ConsoleParts, 'config' | 'address'>, { project, database });
  expect(line).toBe(`psql -h pg.example.com ${end}`);
});

it.each([
  ['shop', 'shop'],
  ['a b', '"a b"'],
  ['$(reboot)', "'$(reboot)'"],
  ["it's $5", "'it'\\''s $5'"],
  ['-W', '"-W"'],
  ['', '""'],
  ['a;b', '"a;b"'],
])('%j is typed in a shell as %s', (text, word) => {
  expect(shellWord(text)).toBe(word);
});
