// The frame of the person's own pages.

import type { ConsoleView } from '../../../../web/components/console/console-view.ts';
import type { Again, ConsoleCall } from '../shell/console-call.ts';
import { personView } from '../shell/open-console-view.ts';

const PAGES = [
  { label: 'Sessions', href: '/app/me/sessions' },
  { label: 'Name and password', href: '/app/me/profile' },
] as const;

export function meView(call: ConsoleCall, path: (typeof PAGES)[number]['href'], again?: Again): ConsoleView {
  const crumbs = PAGES.filter(({ href }) => href === path);
  const tabs = PAGES.map((page) => ({ ...page, isCurrent: page.href === path }));
  return { ...personView(call, again?.notice ?? null, crumbs), tabs };
}
