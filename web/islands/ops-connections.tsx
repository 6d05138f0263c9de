// Starts the list of live connections on its page.

import { LiveList } from './ops/live-list.tsx';

const region = document.querySelector<HTMLElement>('[data-live]');
if (region !== null) new LiveList(region).start();
