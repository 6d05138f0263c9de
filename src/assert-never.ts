// Closes a `switch` over a discriminated union: adding a member without handling it fails to
// compile.

/** Throws for a value that the type system says cannot exist. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
