import { describe, expect, it } from 'vitest';
import { readyText } from '../../../src/cli/terminal/ready-text.ts';

const psql = 'psql -h localhost -p 5432';
const consoleUrl = 'http://localhost:8080';
const setUpUrl = `${consoleUrl}/setup/code`;

describe('what a node prints when it is ready', () => {
  it('is lines for scripts where nobody looks', () => {
    expect(readyText({ psql, consoleUrl, setUpUrl }, null)).toBe(
      `psql: ${psql}\nconsole: ${consoleUrl}\nset-up: ${setUpUrl}\nready\n`,
    );
    expect(readyText({ psql, consoleUrl, setUpUrl: null }, null)).toBe(
      `psql: ${psql}\nconsole: ${consoleUrl}\nready\n`,
    );
  });

  it('ends with two steps in a frame at a terminal', () => {
    const [, steps] = readyText({ psql, consoleUrl, setUpUrl }, { columns: 80 }).split('\nready\n');
    expect(steps?.split('\n')).toEqual([
      '',
      '╭───────────────────────────────────────────╮',
      '│ Two steps to your first prompt            │',
      '│                                           │',
      '│ 1  Open this link to create your account: │',
      '│    http://localhost:8080/setup/code       │',
      '│ 2  Then run this in another terminal:     │',
      '│    psql -h localhost                      │',
      '╰───────────────────────────────────────────╯',
      '',
      '',
    ]);
  });

  it('draws no frame that a narrow terminal would break', () => {
    const text = readyText({ psql, consoleUrl, setUpUrl }, { columns: 40 });
    expect(text).not.toContain('│');
    expect(text).toContain(`\n   ${setUpUrl}\n`);
  });

  it('says at later starts where to connect and how to stop', () => {
    const text = readyText({ psql: 'psql -h db.example.com -p 5433', consoleUrl, setUpUrl: null }, { columns: 80 });
    expect(text).toContain('Connect   psql -h db.example.com -p 5433 ');
    expect(text).toContain('Ctrl-C stops it.');
  });
});
