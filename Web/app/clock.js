// @ts-check
/**
 * Time and chance as the logic sees them, so that tests run without waiting.
 * @typedef {object} Clock
 * @property {() => number} now milliseconds, monotonic: for durations
 * @property {() => number} date milliseconds since the Unix epoch: for people
 * @property {(milliseconds: number, run: () => void) => (() => void)} after runs once; returns the way to cancel
 * @property {() => number} random 0 ..< 1, for jitter only: secrets come from `crypto`
 */

/** @type {Clock} */
export const systemClock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/**
 * Runs again and again, each time `milliseconds` after the last run ended, so that a slow run never piles up.
 * @param {Clock} clock
 * @param {number} milliseconds
 * @param {() => void | Promise<void>} run
 * @returns {() => void} the way to stop
 */
export function every(clock, milliseconds, run) {
  let stopped = false;
  let cancel = () => {};
  const next = () => {
    if (stopped) return;
    cancel = clock.after(milliseconds, async () => {
      try {
        await run();
      } catch (error) {
        // What was under way at the end may fail; anything else is a fault to be seen.
        if (!stopped) reportError(error);
      } finally {
        next();
      }
    });
  };
  next();
  return () => {
    stopped = true;
    cancel();
  };
}
