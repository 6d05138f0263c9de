// Environment variables against their table: parsed, all problems at once, or listed and masked.

import { CONFIG_VARIABLES, type ConfigValues } from './config-variables.ts';
import { issuerProblems, type NamedIssuer } from './issuer-config.ts';
import {
  FIRST_ISSUER_PREFIX,
  ISSUER_VARIABLES,
  type IssuerValues,
  issuerNames,
  prefixOfIssuer,
} from './issuer-variables.ts';
import type { Variable } from './variable.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigLine {
  readonly name: string;
  readonly value: string;
  readonly source: 'environment' | 'default';
  readonly meaning: string;
}

export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`configuration is not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

export interface Values extends ConfigValues {
  readonly firstIssuer: IssuerValues;
  /** Those that POSTERN_OIDC_ISSUERS names, in its order. */
  readonly namedIssuers: readonly NamedIssuer[];
}

export function readEnvironment(environment: Environment): Values {
  const problems: string[] = [];
  const values = readTable(CONFIG_VARIABLES, { prefix: '', environment, problems }) as ConfigValues;
  // Their problems are told already, as those of the whole table.
  const asFirst = { prefix: FIRST_ISSUER_PREFIX, environment, problems: [] };
  const firstIssuer = readTable(ISSUER_VARIABLES, asFirst) as IssuerValues;
  const namedIssuers = (values.POSTERN_OIDC_ISSUERS ?? []).map((name): NamedIssuer => {
    const from = { prefix: prefixOfIssuer(name), environment, problems };
    return { name, values: readTable(ISSUER_VARIABLES, from) as IssuerValues };
  });
  problems.push(...contradictions(values), ...issuerProblems(firstIssuer, namedIssuers));
  if (problems.length > 0) throw new ConfigError(problems);
  return { ...values, firstIssuer, namedIssuers };
}

interface ReadFrom {
  /** Of the variables' names in the environment. */
  readonly prefix: string;
  readonly environment: Environment;
  readonly problems: string[];
}

function readTable(table: typeof CONFIG_VARIABLES | typeof ISSUER_VARIABLES, from: ReadFrom): Record<string, unknown> {
  const { prefix, environment, problems } = from;
  const values: Record<string, unknown> = {};
  for (const [suffix, variable] of Object.entries(table)) {
    const name = `${prefix}${suffix}`;
    const given = givenIn(environment, name);
    const text = given === '' ? variable.default : given;
    const parsed = variable.parse.safeParse(text);
    if (parsed.success) values[suffix] = parsed.data;
    else problems.push(`${name}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`);
  }
  return values;
}

/** Proxies are commonly set in lower case, which then counts, as with curl. */
function givenIn(environment: Environment, name: string): string {
  const lower = name.endsWith('_PROXY') ? environment[name.toLowerCase()] : undefined;
  return lower ?? environment[name] ?? '';
}

export function describeConfig(environment: Environment): ConfigLine[] {
  return Object.entries(tableFor(environment)).map(([name, variable]) => {
    const given = givenIn(environment, name);
    const shown = given === '' ? variable.default : given;
    const isMasked = variable.kind === 'secret' && shown !== '';
    return {
      name,
      value: isMasked ? '********' : shown,
      source: given === '' ? 'default' : 'environment',
      meaning: variable.meaning,
    };
  });
}

/** With the variables of the issuers that the environment names. */
function tableFor(environment: Environment): Readonly<Record<string, Variable<unknown>>> {
  const names = issuerNames.safeParse(environment.POSTERN_OIDC_ISSUERS ?? '').data ?? [];
  const named = names.flatMap((name) =>
    Object.entries(ISSUER_VARIABLES).map(([suffix, variable]) => [`${prefixOfIssuer(name)}${suffix}`, variable]),
  );
  return { ...CONFIG_VARIABLES, ...Object.fromEntries(named) };
}

// Read by the command line's API commands, not by the server.
const CLIENT_VARIABLES = new Set(['POSTERN_API_HOST', 'POSTERN_API_KEY']);

/** `POSTERN_…` variables that do not exist: most likely misspelt, so the log warns of them. */
export function unknownVariables(environment: Environment): string[] {
  const table = tableFor(environment);
  return Object.keys(environment).filter(
    (name) => name.startsWith('POSTERN_') && !(name in table) && !CLIENT_VARIABLES.has(name),
  );
}

function contradictions(values: Partial<ConfigValues>): string[] {
  const problems: string[] = [];
  if ((values.POSTERN_TLS_CERT?.length ?? 0) !== (values.POSTERN_TLS_KEY?.length ?? 0)) {
    problems.push('POSTERN_TLS_KEY: needs as many files as POSTERN_TLS_CERT');
  }
  if (values.POSTERN_AUDIT_WEBHOOK_URL != null && values.POSTERN_AUDIT_WEBHOOK_SECRET == null) {
    problems.push('POSTERN_AUDIT_WEBHOOK_SECRET: needed with POSTERN_AUDIT_WEBHOOK_URL');
  }
  return problems;
}
