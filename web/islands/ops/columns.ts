// Hides and shows columns of the list, and remembers them for the next page.

import { COLUMNS_COOKIE } from '../../components/ops/live-columns.ts';

const KEPT_S = 365 * 24 * 3_600;

export function chooseColumns(region: HTMLElement): void {
  const boxes = [...document.querySelectorAll<HTMLInputElement>('[data-live-column]')];
  for (const box of boxes) {
    box.addEventListener('change', () => {
      const hidden = boxes.filter(({ checked }) => !checked).map(({ value }) => value);
      region.dataset.hidden = hidden.join(' ');
      const secure = location.protocol === 'https:' ? '; Secure' : '';
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not everywhere
      document.cookie = `${COLUMNS_COOKIE}=${hidden.join('.')}; Path=/; Max-Age=${KEPT_S}; SameSite=Lax${secure}`;
    });
  }
}
