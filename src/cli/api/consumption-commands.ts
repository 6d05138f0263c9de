// `postern consumption`: consumption of an account and its projects, over the API.

import { type Command, Option } from 'commander';
import { group } from '../terminal/command-group.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import type { ApiRow } from './api-client.ts';
import { type ApiOptions, apiCommand } from './api-commands.ts';

const FIGURES = [
  ['Active (s)', 'active_time_seconds'],
  ['Compute (s)', 'compute_time_seconds'],
  ['Written (B)', 'written_data_bytes'],
] as const;
const FRAME_COLUMNS = [
  ['Plan', 'period_plan'],
  ['From', 'timeframe_start'],
  ...FIGURES,
  ['Storage (B)', 'synthetic_storage_size_bytes'],
] as const;

interface AccountOptions extends ApiOptions {
  readonly org?: string;
}

interface HistoryOptions extends AccountOptions {
  readonly from: string;
  readonly to: string;
  readonly granularity: string;
}

export function addApiConsumptionCommands(program: Command, io: CommandIo): void {
  const consumption = group(program, 'consumption', 'what was consumed, over the API');
  const period = consumption.command('period').description('each project in the running billing period');
  apiCommand<AccountOptions>(io, period.option(...ORG), async (tools, { org }) => {
    const rows = await tools.api.list('/consumption/projects', 'projects', { org_id: org, limit: '1000' });
    const columns = [['Project', 'project_id'], ...FIGURES, ['Sent (B)', 'data_transfer_bytes']] as const;
    tools.printRows('Consumption', columns, rows);
  });
  const account = consumption.command('account').description('all projects together, by hour, day or month');
  apiCommand<HistoryOptions>(io, historyOptions(account), async (tools, options) => {
    const { periods } = await tools.api.get('/consumption_history/account', queryOf(options));
    tools.printRows('Consumption', FRAME_COLUMNS, framesOf(periods));
  });
  const projects = consumption.command('projects').description('each project, by hour, day or month');
  apiCommand<HistoryOptions>(io, historyOptions(projects), async (tools, options) => {
    const query = { ...queryOf(options), limit: '100' };
    const found = await tools.api.list('/consumption_history/projects', 'projects', query);
    const rows = found.flatMap(({ project_id, periods }) => framesOf(periods).map((row) => ({ project_id, ...row })));
    tools.printRows('Consumption', [['Project', 'project_id'], ...FRAME_COLUMNS], rows);
  });
}

const ORG = ['--org <id>', 'of that organization; without it your own'] as const;

function historyOptions(command: Command): Command {
  const granularity = new Option('--granularity <size>', 'size of the frames').choices(['hourly', 'daily', 'monthly']);
  return command
    .option(...ORG)
    .requiredOption('--from <time>', 'such as 2024-06-30T15:30:00Z')
    .requiredOption('--to <time>', 'its end, not included')
    .addOption(granularity.default('daily'));
}

function queryOf({ org, from, to, granularity }: HistoryOptions) {
  return { org_id: org, from, to, granularity };
}

/** One row for each frame, with the plan of its period. */
function framesOf(periods: unknown): ApiRow[] {
  const list: unknown[] = Array.isArray(periods) ? periods : [];
  return list.flatMap((period) => {
    const { period_plan, consumption } = Object(period);
    const frames: unknown[] = Array.isArray(consumption) ? consumption : [];
    return frames.map((frame) => ({ period_plan, ...Object(frame) }));
  });
}
