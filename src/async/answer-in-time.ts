// A limit on waiting for work that goes on by itself: for Redis that is slow or away when somebody
// waits for the answer.

/** As the work, or rejects after the limit; the work goes on and its late failure is ignored. */
export async function answerInTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
