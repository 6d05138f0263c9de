// The table of clients in docs/clients.md is the one that the conformance tests prove.

import { describe, expect, it } from 'vitest';
import { CLIENTS, clientRows } from '../field/client-table.ts';
import { ZOO } from '../field/zoo.ts';
import { readDocument } from './read-document.ts';

const document = readDocument('docs/clients.md');

describe('docs/clients.md', () => {
  it.each(clientRows())('has the row %s', (row) => {
    expect(document).toContain(row);
  });

  it('has a row for every client, and no other', () => {
    const head = document.indexOf('| client | link | grant | access token | how |');
    const rows = document.slice(head + 2, document.indexOf('', head));
    // The last one is not about a client but about a use.
    expect(rows.slice(0, -1)).toEqual(clientRows(Object.values(CLIENTS)));
  });

  it('has no row that no test proves', () => {
    // Theirs is in e2e/conformance/replication.test.ts.
    const proved = new Set(['replication', ...Object.values(ZOO).map(({ row }) => row)]);
    expect([...proved].toSorted()).toEqual(Object.keys(CLIENTS).toSorted());
  });
});
