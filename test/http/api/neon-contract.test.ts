import { describe, expect, it } from 'vitest';
import { NeonContract } from './neon-contract.ts';

describe('the contract', () => {
  const contract = new NeonContract('2.7.3');
  const reply = { method: 'GET', path: '/projects/a-b-1/branches', status: 200 };

  it('tells what a reply lacks, and what it has in another form', () => {
    expect(contract.problemsOf({ ...reply, body: { branches: [] } })).toEqual([
      "/projects/{project_id}/branches:  must have required property 'annotations'",
    ]);
    const branch = { id: 'not a named id' };
    const problems = contract.problemsOf({ ...reply, body: { branches: [branch], annotations: {} } });
    expect(problems.join('\n')).toContain('/branches/0/id must match pattern');
    expect(problems.join('\n')).toContain("/branches/0 must have required property 'name'");
  });

  it('tells statuses and routes that Neon does not have', () => {
    expect(contract.problemsOf({ ...reply, status: 202, body: {} })).toEqual([
      '202 is not an answer of /projects/{project_id}/branches',
    ]);
    expect(contract.problemsOf({ ...reply, path: '/nowhere', body: {} })).toEqual([
      'GET /nowhere is not in the contract',
    ]);
  });

  it('holds errors to their form, and prefers fixed words to names', () => {
    expect(contract.problemsOf({ ...reply, status: 404, body: { code: 'x' } })).toHaveLength(1);
    expect(contract.findRoute('GET', '/projects/shared')?.path).toBe('/projects/shared');
  });

  it('is read from all three files', () => {
    const versions = ['2.7.3', '2.7.2', '1.10.0'] as const;
    expect(versions.map((version) => new NeonContract(version).routes.length > 30)).toEqual([true, true, true]);
  });
});
