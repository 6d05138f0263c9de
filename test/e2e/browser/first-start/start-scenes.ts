// The pages of a first start, which need an installation without people, and those of the
// documentation.

import type { Scene } from '../approval/stage.ts';
import { SET_UP_SCENE } from '../scenes.ts';

/** For an installation without people. */
export const FIRST_START_SCENES: readonly Scene[] = [
  { name: 'not-set-up', play: async ({ web, page }) => void (await page.goto(`${web.url}/sign-in`)) },
  SET_UP_SCENE,
];

export const DOCS_SCENES: readonly Scene[] = [
  docs('docs', '/docs'),
  docs('docs-chapter', '/docs/connect'),
  docs('docs-tables', '/docs/operate'),
  docs('docs-search', '/docs/search?q=access+token'),
  docs('docs-api', '/docs/api'),
  docs('docs-api-group', '/docs/api/projects'),
];

function docs(name: string, path: string): Scene {
  return { name, play: async ({ web, page }) => void (await page.goto(web.url + path)) };
}
