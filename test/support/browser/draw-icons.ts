// Draws the icons that browsers and phones want as pictures from web/static/icon.svg, into the same
// folder. Run by `npm run icons` after the drawing has changed; the pictures are kept in git.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser.ts';

const FOLDER = new URL('../../../web/static/', import.meta.url);
const FAVICON_SIZES = [16, 32, 48] as const;
const DRAWING = readFileSync(new URL('icon.svg', FOLDER), 'utf8');
/** Phones cut the corners themselves. */
const SQUARE = DRAWING.replace(' rx="8"', '');

async function main(): Promise<void> {
  const browser = await launchBrowser();
  try {
    const favicons = FAVICON_SIZES.map(async (size) => ({ size, png: await draw(browser, DRAWING, size) }));
    save('icon.ico', icoOf(await Promise.all(favicons)));
    save('touch-icon.png', await draw(browser, SQUARE, 180));
    for (const size of [192, 512]) save(`icon-${size}.png`, await draw(browser, SQUARE, size));
  } finally {
    await browser.close();
  }
}

async function draw(browser: Browser, drawing: string, size: number): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${drawing}`);
  const png = await page.screenshot({ omitBackground: true });
  await page.close();
  return png;
}

function save(name: string, bytes: Buffer): void {
  const path = fileURLToPath(new URL(name, FOLDER));
  writeFileSync(path, bytes);
  console.log(`${path} ${bytes.length} bytes`);
}

const HEADER_BYTES = 6;
const ENTRY_BYTES = 16;

/** ICO files, "ICONDIR" and "ICONDIRENTRY": PNG pictures behind a list of their sizes. */
function icoOf(pictures: ReadonlyArray<{ readonly size: number; readonly png: Buffer }>): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pictures.length, 4);
  let offset = HEADER_BYTES + ENTRY_BYTES * pictures.length;
  const entries = pictures.map(({ size, png }) => {
    const entry = Buffer.alloc(ENTRY_BYTES);
    entry.writeUInt8(size, 0);
    entry.writeUInt8(size, 1);
    entry.writeUInt16LE(1, 4);
    entry.writeUInt16LE(32, 6);
    entry.writeUInt32LE(png.length, 8);
    entry.writeUInt32LE(offset, 12);
    offset += png.length;
    return entry;
  });
  return Buffer.concat([header, ...entries, ...pictures.map(({ png }) => png)]);
}

await main();
