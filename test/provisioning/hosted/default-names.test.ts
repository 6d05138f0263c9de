import { describe, expect, it } from 'vitest';
import type { ProjectId } from '../../../src/ids.ts';
import { numberedStem, stemOfName } from '../../../src/provisioning/hosted/default-names.ts';

describe('the default names of a project’s database and roles', () => {
  it.each([
    ['shop', 'shop'],
    ['My first project', 'my_first_project'],
    ['Bäckerei (Süd)', 'backerei_sud'],
    ['  --shop--  ', 'shop'],
    ['x'.repeat(256), 'x'.repeat(40)],
  ])('of %j begin with %s', (name, stem) => {
    expect(stemOfName(name)).toBe(stem);
  });

  it.each(['', '…', '東京', '9 lives', 'postgres', 'template1', 'pg_catalog', 'Postern op 12', 'public', 'root'])(
    'of %j are made from the project’s id',
    (name) => {
      expect(stemOfName(name)).toBe(null);
      expect(numberedStem('damp-pine-35629526' as ProjectId, name)).toBe('damp_pine_35629526');
    },
  );

  it('get the number of the project’s id where the plain ones are taken', () => {
    expect(numberedStem('damp-pine-35629526' as ProjectId, 'Shop')).toBe('shop_35629526');
  });
});
