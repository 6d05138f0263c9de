// Environment variables against their table: parsed, all problems at once, or listed and masked.

import { CONFIG_VARIABLES, type ConfigValues } from './config-variables.ts';

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

export function readEnvironment(environment: Environment): ConfigValues {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(CONFIG_VARIABLES)) {
    const given = givenIn(environment, name);
    const text = given === '' ? variable.default : given;
    const parsed = variable.parse.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(`${name}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`);
  }
  problems.push(...contradictions(values as ConfigValues));
  if (problems.length > 0) throw new ConfigError(problems);
  return values as ConfigValues;
}

/** Proxies are commonly set in lower case, which then counts, as with curl. */
function givenIn(environment: Environment, name: string): string {
  const lower = name.endsWith('_PROXY') ? environment[name.toLowerCase()] : undefined;
  return lower ?? environment[name] ?? '';
}

export function describeConfig(environment: Environment): ConfigLine[] {
  return Object.entries(CONFIG_VARIABLES).map(([name, variable]) => {
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

// Read by the command line's API commands, not by the server.
const CLIENT_VARIABLES = new Set(['POSTERN_API_HOST', 'POSTERN_API_KEY']);

/** `POSTERN_…` variables that do not exist: most likely misspelt, so the log warns of them. */
export function unknownVariables(environment: Environment): string[] {
  return Object.keys(environment).filter(
    (name) => name.startsWith('POSTERN_') && !(name in CONFIG_VARIABLES) && !CLIENT_VARIABLES.has(name),
  );
}

function contradictions(values: Partial<ConfigValues>): string[] {
  const problems: string[] = [];
  if ((values.POSTERN_TLS_CERT?.length ?? 0) !== (values.POSTERN_TLS_KEY?.length ?? 0)) {
    problems.push('POSTERN_TLS_KEY: needs as many files as POSTERN_TLS_CERT');
  }
  if (values.POSTERN_OIDC_ISSUER != null && values.POSTERN_OIDC_CLIENT_ID == null) {
    problems.push('POSTERN_OIDC_CLIENT_ID: needed with POSTERN_OIDC_ISSUER');
  }
  if (values.POSTERN_AUDIT_WEBHOOK_URL != null && values.POSTERN_AUDIT_WEBHOOK_SECRET == null) {
    problems.push('POSTERN_AUDIT_WEBHOOK_SECRET: needed with POSTERN_AUDIT_WEBHOOK_URL');
  }
  return problems;
}
