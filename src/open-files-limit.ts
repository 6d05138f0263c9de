// How many files and sockets the system lets this process have open at a time. Node raises the soft limit to the hard one
// as it starts, and cannot raise the hard one.

import { z } from 'zod';

const reportSchema = z.object({ userLimits: z.object({ open_files: z.object({ soft: z.number() }) }) });

/** Null where there is no limit, and where the system has no such notion. */
export function openFilesLimit(): number | null {
  const report = reportSchema.safeParse(process.report.getReport());
  return report.success ? report.data.userLimits.open_files.soft : null;
}
