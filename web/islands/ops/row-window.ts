// Computes which rows of a long list to render: those in view and some around them. All rows have
// the same height.

/** Rows rendered above and below the view, so that scrolling and tabbing find them. */
const AROUND = 12;

export interface RowWindow {
  readonly first: number;
  readonly end: number;
  /** Pixels in place of rows that are not rendered. */
  readonly padTop: number;
  readonly padBottom: number;
}

export function rowWindow(region: HTMLElement, rowCount: number): RowWindow {
  const rowHeight = heightOfRows(region);
  const inView = Math.ceil(region.clientHeight / rowHeight);
  const top = Math.min(Math.floor(region.scrollTop / rowHeight), Math.max(0, rowCount - inView));
  const first = Math.max(0, top - AROUND);
  const end = Math.min(rowCount, top + inView + AROUND);
  return { first, end, padTop: first * rowHeight, padBottom: (rowCount - end) * rowHeight };
}

/** Set by the style sheet, with another value on phones. */
function heightOfRows(region: HTMLElement): number {
  const height = Number.parseFloat(getComputedStyle(region).getPropertyValue('--row-height'));
  return height > 0 ? height : 1;
}
