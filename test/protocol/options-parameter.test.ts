import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOptionsParameter } from '../../src/protocol/options-parameter.ts';
import { SEED } from './packet-fixtures.ts';

const rest = (forwarded: string) => ({ project: null, endpoint: null, forwarded });

describe('our own keys', () => {
  it.each([
    ['project=ocean-art-1', { project: 'ocean-art-1', endpoint: null, forwarded: '' }],
    ['endpoint=ep-calm-2', { project: null, endpoint: 'ep-calm-2', forwarded: '' }],
    ['-c project=x', { project: 'x', endpoint: null, forwarded: '' }],
    ['-cproject=x', { project: 'x', endpoint: null, forwarded: '' }],
    ['--project=x', { project: 'x', endpoint: null, forwarded: '' }],
    ['project%3Dx', { project: 'x', endpoint: null, forwarded: '' }],
    ['-c endpoint%3dx', { project: null, endpoint: 'x', forwarded: '' }],
    ['  project=x \t endpoint=y\n', { project: 'x', endpoint: 'y', forwarded: '' }],
    ['project=x project=y', { project: 'y', endpoint: null, forwarded: '' }],
    ['project=x project=', { project: 'x', endpoint: null, forwarded: '' }],
    ['project=', rest('')],
    ['project=my\\ project', { project: 'my project', endpoint: null, forwarded: '' }],
    ['project=a=b%20c', { project: 'a=b%20c', endpoint: null, forwarded: '' }],
    ['-c geqo=off project=x -c jit=off', { project: 'x', endpoint: null, forwarded: '-c geqo=off -c jit=off' }],
    ['-c project=x -c search_path=a\\ b,c', { project: 'x', endpoint: null, forwarded: '-c search_path=a\\ b,c' }],
    ['-c jit=off -c endpoint=y', { project: null, endpoint: 'y', forwarded: '-c jit=off' }],
  ])('are taken out of "%s"', (options, expected) => {
    expect(parseOptionsParameter(options)).toMatchObject(expected);
  });

  it.each([
    '',
    '   ',
    '-c geqo=off',
    '  -c  geqo=off\t--jit=off ',
    '-c search_path=project=x',
    'projects=x',
    'my.project=x',
    'Project=x',
    'project',
    '-project=x',
    '-c\\ project=x',
    '-c',
    '-c -c',
    'trailing\\',
    '-c application_name=größe\\ \\\\',
  ])('are not seen in "%s", which goes on unchanged', (options) => {
    expect(parseOptionsParameter(options)).toMatchObject(rest(options));
  });

  it('never become part of another word', () => {
    expect(parseOptionsParameter('-c project=x work_mem=1MB')).toMatchObject({
      project: 'x',
      forwarded: 'work_mem=1MB',
    });
    expect(parseOptionsParameter('a project=x b')).toMatchObject({ forwarded: 'a b' });
  });
});

describe('the settings that options would set', () => {
  it.each([
    ['-c role=postgres', ['role']],
    ['-crole=postgres', ['role']],
    ['--role=postgres', ['role']],
    ['--session-authorization=postgres', ['session_authorization']],
    ['-c ROLE=postgres', ['role']],
    ['-c r\\ole=postgres', ['role']],
    ['-Ec role=postgres', ['role']],
    ['-Ecrole=postgres', ['role']],
    ['-E --role=postgres', ['role']],
    ['-d 5 -c jit=off -B 16 --geqo=off', ['jit', 'geqo']],
    ['-d -c -c jit=off', ['jit']],
    ['-c role', ['role']],
    ['-c', ['']],
    ['project=x -c role=postgres', ['role']],
    ['-c work_mem=-c\\ role=x', ['work_mem']],
    ['role=postgres', []],
    ['-B -c', []],
    ['', []],
  ])('of "%s" are named as PostgreSQL would look them up', (options, names) => {
    expect(parseOptionsParameter(options).settingNames).toEqual(names);
  });
});

describe('any options at all', () => {
  const word = fc.constantFrom('-c', '-cjit=off', '--geqo=off', 'a\\ b', '\\', '\\\\', 'x', '-E', '-d', 'größe');
  const own = fc.constantFrom(['project=p'], ['-c', 'endpoint=e'], ['--project=q'], ['-cendpoint=f']);
  const space = fc.constantFrom(' ', '\t', '  ', '\n\v');

  it('are answered without an exception and never grow', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (options) => {
        expect(parseOptionsParameter(options).forwarded.length).toBeLessThanOrEqual(options.length);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  it('lose our keys and nothing else', () => {
    const safeWord = word.filter((text) => !['-c', '\\'].includes(text));
    fc.assert(
      fc.property(fc.array(safeWord), own, fc.array(safeWord), space, (before, key, after, between) => {
        const options = [...before, ...key, ...after].join(between);
        expect(parseOptionsParameter(options).forwarded).toBe([...before, ...after].join(' '));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
