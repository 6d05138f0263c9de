import { expect, it } from 'vitest';
import { terminalDigest } from '../../src/login/request/terminal.ts';
import { findAgent } from '../../src/login/terms/agent.ts';

it.each([
  ['claude-code', 'claude-code'],
  ['Codex/1.2 (linux)', 'codex'],
  ['cursor', 'cursor'],
  ['aider: shop', 'aider'],
])('is known by the name %s', (application, name) => {
  expect(findAgent({ application, named: null, reason: null })).toEqual({ name, reason: null });
});

it.each(['psql', 'ampersand', 'my claude', '', 'codexes'])('is not every program, as %s', (application) => {
  expect(findAgent({ application, named: null, reason: 'because' })).toBe(null);
});

it('is whatever says so, under a name that is cleaned', () => {
  const said = { application: 'psql', named: '<b>My\u202e Agent</b>', reason: ' ' };
  expect(findAgent(said)).toEqual({ name: 'b-my-agent-b', reason: null });
  expect(findAgent({ ...said, named: '§§', reason: 'x'.repeat(999) })).toEqual({
    name: 'agent',
    reason: 'x'.repeat(300),
  });
});

it('has grants of its own, for each reason other ones', () => {
  const psql = { address: '192.0.2.1', requestedUser: 'ann', application: 'psql' };
  const agent = { name: 'codex', reason: null };
  const digests = [
    terminalDigest(psql),
    terminalDigest({ ...psql, agent }),
    terminalDigest({ ...psql, agent: { ...agent, reason: 'one' } }),
    terminalDigest({ ...psql, agent: { ...agent, reason: 'two' } }),
  ];
  expect(new Set(digests).size).toBe(digests.length);
  expect(terminalDigest({ ...psql, agent: null })).toBe(digests[0]);
});
