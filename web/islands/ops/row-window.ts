// Which rows of a long list have to be drawn: those in view and some around them, as long as all rows are equally high.

/** Rows drawn above and below the view, so that scrolling and tabbing find them there. */
const AROUND = 12;

export interface RowWindow {
  readonly first: number;
  readonly end: number;
  /** Pixels in place of the rows that are not drawn. */
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

/** The style sheet fixes it, another one on phones. */
function heightOfRows(region: HTMLElement): number {
  const height = Number.parseFloat(getComputedStyle(region).getPropertyValue('--row-height'));
  return height > 0 ? height : 1;
}
