// The review of a broken glass, which an admin other than the person writes once it is over.

import type { VNode } from 'preact';
import { TextArea } from '../../../components/console/forms/fields.tsx';
import { HiddenFields } from '../../../components/console/forms/hidden-fields.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import type { PageFrame } from '../../../layout/page-frame.ts';
import type { RequestView } from './request-view.ts';

/** `later`: once its access is over; `by_others`: not by this person; `none`: there is one. */
export type ReviewState = 'none' | 'by_others' | 'later' | 'now';

interface GlassReviewProps {
  readonly frame: PageFrame;
  readonly path: string;
  readonly asked: RequestView;
  readonly review: ReviewState;
}

export function GlassReview({ frame, path, asked, review }: GlassReviewProps): VNode | null {
  if (review === 'none') return null;
  if (review === 'by_others') return <p class="quiet-text">An admin other than they has to review it.</p>;
  if (review === 'later') return <p class="quiet-text">Review it once its access is over, or end it now.</p>;
  return (
    <Panel
      id="your-review"
      title="Your review"
      lead={`Talk to ${asked.person}: was it needed? What should change before the next time?`}
    >
      <form class="stack" method="post" action={`${path}/review`}>
        <HiddenFields frame={frame} fields={{}} />
        <TextArea name="review" label="Review" value="" rows={4} help="They get a mail with it." />
        <div class="form-foot">
          <button class="button primary" type="submit" data-armed>
            Review
          </button>
        </div>
      </form>
    </Panel>
  );
}
