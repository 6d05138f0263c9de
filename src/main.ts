#!/usr/bin/env node
// The executable. Looks at the limit on open files before it loads the program: that alone opens
// hundreds of files, and fails with "cannot find module" where it may not.

import { LEAST_OPEN_FILES, openFilesLimit } from './config/open-files-limit.ts';

const openFiles = openFilesLimit();
if (openFiles !== null && openFiles < LEAST_OPEN_FILES) {
  process.stderr.write(
    `postern: only ${openFiles} files may be open at a time, and it needs ${LEAST_OPEN_FILES} to start: ` +
      'raise the limit (ulimit -n, LimitNOFILE= of systemd, --ulimit nofile= of Docker)\n',
  );
  process.exitCode = 1;
} else {
  void import('./run-program.ts').then(({ runProgram }) => runProgram());
}
