// What Postern wants to reach, each as a ratio of one run, so that machine and load matter little.

import { type Measurement, median } from './report.ts';

interface Goal {
  readonly words: string;
  readonly workload: string;
  /** Absent: the figure itself. */
  readonly against?: string;
  readonly limit: number;
  readonly better: 'more' | 'less';
}

/** Least shares of what pgbouncer does; 0.91 is a latency of 1.10. */
const OF_PGBOUNCER = { '1 client': 0.91, '16 clients': 0.85, '64 clients': 1, 'COPY out': 1.2, 'COPY in': 1 } as const;

const GOALS: readonly Goal[] = [
  ...Object.entries(OF_PGBOUNCER).map(([name, limit]): Goal => {
    return { words: 'rate', workload: `${name}, client TLS`, against: 'pgbouncer', limit, better: 'more' };
  }),
  {
    words: 'CPU of a transaction',
    workload: 'CPU, 16 clients, client TLS',
    against: 'node pipe',
    limit: 1.05,
    better: 'less',
  },
  { words: 'logins', workload: 'logins, client TLS', against: 'pgbouncer', limit: 0.9, better: 'more' },
  { words: 'CPU of a login, µs', workload: 'CPU, logins, client TLS', limit: 6_000, better: 'less' },
  {
    words: 'CPU of a first login, µs',
    workload: 'CPU, first logins by OAUTHBEARER, client TLS',
    limit: 1_000,
    better: 'less',
  },
  {
    words: 'resident KiB of a connection',
    workload: 'memory of an idle connection, client TLS',
    limit: 50,
    better: 'less',
  },
];

/** A Markdown table; goals that were not measured are left out. */
export function goalsTable(measurements: readonly Measurement[]): string {
  const rows = GOALS.flatMap(({ words, workload, against, limit, better }) => {
    const rounds = measurements.find((measurement) => measurement.workload === workload)?.rounds;
    if (rounds === undefined) return [];
    const base = against === undefined ? 1 : median(rounds.get(against) ?? []);
    const figure = median(rounds.get('postern') ?? []) / base;
    const isReached = better === 'more' ? figure >= limit : figure <= limit;
    const goal = `${better === 'more' ? 'at least' : 'at most'} ${limit}`;
    return [[`${words} (${workload})`, against ?? '', figure.toFixed(2), goal, isReached ? 'yes' : 'no']];
  });
  const head = ['goal', 'against', 'measured', 'limit', 'reached'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
