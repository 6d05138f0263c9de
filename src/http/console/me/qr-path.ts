// A QR code as the path of an SVG: one square a module.

import { encode } from 'uqr';

export interface QrPath {
  /** Of the square that holds it, in modules, with its quiet border. */
  readonly size: number;
  readonly path: string;
}

/** ISO/IEC 18004, 9.1: four modules of nothing around it. */
const BORDER = 4;

export function qrPath(text: string): QrPath {
  const { size, data } = encode(text, { ecc: 'M', border: BORDER });
  const squares = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return { size, path: squares.join('') };
}
