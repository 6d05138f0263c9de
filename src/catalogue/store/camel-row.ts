// Rows of the catalogue as the program sees them: the same values, under names in camelCase.

type CamelCase<Name> = Name extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : Name;

export type CamelRow<Row> = { readonly [Column in keyof Row as CamelCase<Column>]: Row[Column] };

/** NOTE: takes over every column, so the caller leaves out hashes and sealed values first. */
export function camelRow<Row extends object>(row: Row): CamelRow<Row> {
  const entries = Object.entries(row).map(([column, value]) => [
    column.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return Object.fromEntries(entries);
}
