// Computes which rows of a long list to render, those in view and some around them, and which to
// ask the server for, some more. All rows have the same height.

/** Rows rendered above and below the view, so that scrolling and tabbing find them. */
const AROUND = 12;
/** Rows asked for above and below the view, so that scrolling a little asks for nothing. */
const ASKED_AROUND = 100;

export interface RowRange {
  readonly first: number;
  readonly end: number;
}

export function rowsToDraw(region: HTMLElement, rowCount: number): RowRange {
  return rowsAround(region, rowCount, AROUND);
}

/** Also beyond the end of the list, which may grow. */
export function rowsToAsk(region: HTMLElement): RowRange {
  return rowsAround(region, Number.MAX_SAFE_INTEGER, ASKED_AROUND);
}

/** Set by the style sheet, with another value on phones. */
export function heightOfRows(region: HTMLElement): number {
  const height = Number.parseFloat(getComputedStyle(region).getPropertyValue('--row-height'));
  return height > 0 ? height : 1;
}

function rowsAround(region: HTMLElement, rowCount: number, around: number): RowRange {
  const rowHeight = heightOfRows(region);
  const inView = Math.ceil(region.clientHeight / rowHeight);
  const top = Math.min(Math.floor(region.scrollTop / rowHeight), Math.max(0, rowCount - inView));
  return { first: Math.max(0, top - around), end: Math.min(rowCount, top + inView + around) };
}
