// Puts rows on the wire by a resource's shape; what it does not name stays inside.

import type { z } from 'zod';

type CamelCase<Name> = Name extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : Name;

/** The value of a field within Postern: times are dates, and null means absent. */
type Inside<Value> = Value | (string extends Value ? Date : never) | (undefined extends Value ? null : never);

type RowOf<Shape extends z.ZodObject> = {
  readonly [Name in keyof z.input<Shape> as CamelCase<Name>]: Inside<z.input<Shape>[Name]>;
};

/** The fields of a shape, each from the row's property of the same name in camelCase. */
export function onWire<Shape extends z.ZodObject>(shape: Shape, row: RowOf<Shape>): z.input<Shape> {
  const values = new Map<string, unknown>(Object.entries(row));
  const fields = Object.entries(shape.shape).map(([name, field]) => {
    const value = values.get(name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));
    const isAbsent = value === null && field.isOptional();
    return [name, isAbsent ? undefined : value instanceof Date ? value.toISOString() : value];
  });
  // RowOf requires each property that the shape requires.
  return Object.fromEntries(fields) as z.input<Shape>;
}
