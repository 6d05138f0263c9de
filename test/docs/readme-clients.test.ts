// The README's table of clients is the one that the conformance tests prove.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLIENTS, clientRows } from '../e2e/conformance/client-table.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8').split('\n');

describe('the README', () => {
  it.each(clientRows())('has the row %s', (row) => {
    expect(readme).toContain(row);
  });

  it('has a row for every client, and no other', () => {
    const head = readme.indexOf('| client | link | grant | access token | how |');
    const rows = readme.slice(head + 2, readme.indexOf('', head));
    // The last one is not about a client but about who uses one.
    expect(rows.slice(0, -1)).toEqual(clientRows(Object.values(CLIENTS)));
  });
});
