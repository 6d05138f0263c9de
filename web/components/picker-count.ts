// How many of the results a list shows, in words, the same on the server's page and in the
// browser's script.

export interface PickerCounts {
  readonly listedCount: number;
  readonly foundCount: number;
}

/** `12 to choose from`, `24 of 312, last used first. Search for the others.` */
export function pickerCountInWords({ listedCount, foundCount }: PickerCounts): string {
  if (foundCount === 0) return 'Nothing fits.';
  if (listedCount < foundCount) return `${listedCount} of ${foundCount}, last used first. Search for the others.`;
  return `${foundCount} to choose from`;
}
