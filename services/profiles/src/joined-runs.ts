/**
 * Work of which one run at a time is enough: who asks while one runs gets the next one, together with all
 * others who asked by then. So a thousand changes at once are told in two runs, and none is missed.
 */
export function joinedRuns(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const run = (): Promise<void> => {
    const mine = work().finally(() => {
      if (running === mine) running = null;
    });
    running = mine;
    return mine;
  };
  const runNext = (): Promise<void> => {
    next = null;
    return run();
  };
  return () => {
    if (running === null) return run();
    // whether the one before failed is the matter of whoever asked for it
    next ??= running.then(runNext, runNext);
    return next;
  };
}
