/** Runs a piece of work soon: in a live world after what is under way, in a simulated one at this very moment. */
export type RunSoon = (work: () => void) => void;

/** Makes a way to ask for a piece of work, which then runs soon and once, however often it is asked for until then. */
export const soonOnce = (soon: RunSoon, work: () => void): (() => void) => {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    soon(() => {
      isAsked = false;
      work();
    });
  };
};
