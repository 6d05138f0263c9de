// What the pages "Ask for access" and "Break the glass" have in common.

import { z } from 'zod';
import { durationChoices } from '../../request/duration-choices.ts';
import type { Again, ConsoleCall } from '../shell/console-call.ts';
import { personView } from '../shell/open-console-view.ts';
import { REQUESTS_PATH } from './request-view.ts';

/** Of both forms. */
export const WISH_FIELDS = {
  compute: z.string().min(1, 'choose one').max(64),
  minutes: z.coerce.number().int(),
  reason: z.string().max(2_048).default(''),
};

export function wishPage(
  call: ConsoleCall,
  again: Again | undefined,
  { title, path, longestMs }: { readonly title: string; readonly path: string; readonly longestMs: number },
) {
  return {
    view: personView(call, again, [
      { label: 'Requests', href: REQUESTS_PATH },
      { label: title, href: path },
    ]),
    path,
    cancelPath: REQUESTS_PATH,
    durations: durationChoices(longestMs),
    typed: again?.typed ?? {},
  };
}
