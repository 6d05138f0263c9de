// The README's tables as they must read, made from the code they document.

import { CONFIG_VARIABLES } from '../../src/config/config-variables.ts';
import { ERRORS } from '../../src/error-table.ts';

/** Rows of the configuration table. */
export function configurationRows(): string[] {
  return Object.entries(CONFIG_VARIABLES).map(([name, variable]) => {
    const byDefault = variable.default === '' ? '–' : `\`${variable.default}\``;
    return `| \`${name}\` | ${byDefault} | ${variable.meaning} |`;
  });
}

/** Rows of the table of endings that a Postgres client can see. */
export function endingRows(): string[] {
  return Object.entries(ERRORS)
    .slice(0, Object.keys(ERRORS).indexOf('internal') + 1)
    .map(([code, error]) => `| ${code} | ${error.sqlstate} | ${error.message} | ${error.hint ?? '–'} |`);
}
