// `postern consumption`: consumption of an account and its projects, over the API.

import { Option } from 'commander';
import type { ApiRow } from './api-client.ts';
import type { ApiGroup } from './api-commands.ts';

const FIGURES = {
  'Active (s)': 'active_time_seconds',
  'Compute (s)': 'compute_time_seconds',
  'Written (B)': 'written_data_bytes',
};
const PERIOD_COLUMNS = { Project: 'project_id', ...FIGURES, 'Sent (B)': 'data_transfer_bytes' };
const FRAME_COLUMNS = {
  ...{ Plan: 'period_plan', From: 'timeframe_start', ...FIGURES },
  'Storage (B)': 'synthetic_storage_size_bytes',
};
const ORG = new Option('--org <id>', 'of that organization; without it your own');
const HISTORY_OPTIONS = [
  ORG,
  new Option('--from <time>', 'such as 2024-06-30T15:30:00Z').makeOptionMandatory(),
  new Option('--to <time>', 'its end, not included').makeOptionMandatory(),
  new Option('--granularity <size>', 'size of the frames').choices(['hourly', 'daily', 'monthly']).default('daily'),
];

export const CONSUMPTION: ApiGroup = {
  name: 'consumption',
  description: 'what was consumed, over the API',
  commands: {
    period: {
      description: 'each project in the running billing period',
      options: [ORG],
      run: async ({ api, printRows }, { org }) => {
        const rows = await api.list('/consumption/projects', 'projects', { org_id: org, limit: '1000' });
        printRows('Consumption', PERIOD_COLUMNS, rows);
      },
    },
    account: {
      description: 'all projects together, by hour, day or month',
      options: HISTORY_OPTIONS,
      run: async ({ api, printRows }, { org, from, to, granularity }) => {
        const { periods } = await api.get('/consumption_history/account', { org_id: org, from, to, granularity });
        printRows('Consumption', FRAME_COLUMNS, framesOf(periods));
      },
    },
    projects: {
      description: 'each project, by hour, day or month',
      options: HISTORY_OPTIONS,
      run: async ({ api, printRows }, { org, from, to, granularity }) => {
        const query = { org_id: org, from, to, granularity, limit: '100' };
        const found = await api.list('/consumption_history/projects', 'projects', query);
        const rows = found.flatMap(({ project_id, periods }) =>
          framesOf(periods).map((row) => ({ project_id, ...row })),
        );
        printRows('Consumption', { Project: 'project_id', ...FRAME_COLUMNS }, rows);
      },
    },
  },
};

/** One row for each frame, with the plan of its period. */
function framesOf(periods: unknown): ApiRow[] {
  const list: unknown[] = Array.isArray(periods) ? periods : [];
  return list.flatMap((period) => {
    const { period_plan, consumption } = Object(period);
    const frames: unknown[] = Array.isArray(consumption) ? consumption : [];
    return frames.map((frame) => ({ period_plan, ...Object(frame) }));
  });
}
