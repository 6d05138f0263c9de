// What `postern serve` prints when it is ready: lines that scripts read, and at a terminal the
// steps that lead a person to the first prompt.

export interface ReadyAddresses {
  /** `psql -h localhost -p 5432`, with its port in any case. */
  readonly psql: string;
  readonly consoleUrl: string;
  /** Null once there is an operator. */
  readonly setUpUrl: string | null;
}

interface Terminal {
  readonly columns: number;
}

const DEFAULT_PORT = / -p 5432$/;

/** One `name: value` line each, then `ready`; `terminal` null: a pipe or a file. */
export function readyText({ psql, consoleUrl, setUpUrl }: ReadyAddresses, terminal: Terminal | null): string {
  const setUp = setUpUrl === null ? [] : [`set-up: ${setUpUrl}`];
  const lines = [`psql: ${psql}`, `console: ${consoleUrl}`, ...setUp, 'ready'];
  const typed = psql.replace(DEFAULT_PORT, '');
  const steps = terminal === null ? [] : ['', ...framed(stepsText({ typed, consoleUrl, setUpUrl }), terminal), ''];
  return `${[...lines, ...steps].join('\n')}\n`;
}

function stepsText({ typed, consoleUrl, setUpUrl }: { typed: string; consoleUrl: string; setUpUrl: string | null }) {
  if (setUpUrl === null) {
    return ['Postern is running.', '', `Connect   ${typed}`, `Console   ${consoleUrl}`, '', 'Ctrl-C stops it.'];
  }
  return [
    'Two steps to your first prompt',
    '',
    '1  Open this link to create your account:',
    `   ${setUpUrl}`,
    '2  Then run this in another terminal:',
    `   ${typed}`,
  ];
}

/** Without sides where they would not fit: a broken frame makes links hard to copy. */
function framed(lines: readonly string[], { columns }: Terminal): string[] {
  const width = Math.max(...lines.map((line) => line.length));
  if (width + 'x  x'.length > columns) return [...lines];
  const rule = '─'.repeat(width + 2);
  return [`╭${rule}╮`, ...lines.map((line) => `│ ${line.padEnd(width)} │`), `╰${rule}╯`];
}
