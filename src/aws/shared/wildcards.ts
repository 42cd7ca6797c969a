/** One step of a pattern: a character as it is, any one, any one or none, or any run of them. */
type Step = { readonly letter: string } | 'one' | 'one-or-none' | 'run';

/** Whether a text fits. */
export type Matcher = (text: string) => boolean;

/** The places in `steps` that can be reached from these without a further character. */
const withSkips = (steps: readonly Step[], places: ReadonlySet<number>): ReadonlySet<number> => {
  const reached = new Set(places);
  // A set's walk meets what is added to it on the way.
  for (const place of reached) {
    const step = steps[place];
    if (step === 'run' || step === 'one-or-none') reached.add(place + 1);
  }
  return reached;
};

/**
 * Follows all places at which the pattern can stand at once, so that no pattern costs more than its length times that of
 * the text.
 */
const fits = (steps: readonly Step[], text: string): boolean => {
  let places = withSkips(steps, new Set([0]));
  for (const letter of text) {
    const next = new Set<number>();
    for (const place of places) {
      const step = steps[place];
      if (step === undefined) continue;
      if (step === 'run') next.add(place);
      else if (typeof step === 'string' || step.letter === letter) next.add(place + 1);
    }
    if (next.size === 0) return false;
    places = withSkips(steps, next);
  }
  return places.has(steps.length);
};

const matcherOf = (steps: readonly Step[]): Matcher => {
  const letters = steps.flatMap((step) => (typeof step === 'string' ? [] : [step.letter]));
  if (letters.length < steps.length) return (text) => fits(steps, text);
  const wanted = letters.join('');
  return (text) => text === wanted;
};

/**
 * The wildcards of EC2's filters: `*` for any run of characters, `?` for one or none; a backslash makes the next character
 * stand for itself. Case counts ("List and filter using the CLI and API", Amazon EC2 User Guide).
 */
export const filterMatcher = (pattern: string): Matcher => {
  const steps: Step[] = [];
  let isEscaped = false;
  for (const letter of pattern) {
    if (isEscaped) steps.push({ letter });
    else if (letter === '*') steps.push('run');
    else if (letter === '?') steps.push('one-or-none');
    else if (letter !== '\\') steps.push({ letter });
    isEscaped = !isEscaped && letter === '\\';
  }
  // A backslash with nothing behind it stands for itself.
  if (isEscaped) steps.push({ letter: '\\' });
  return matcherOf(steps);
};

/**
 * The wildcards of policies: `*` for any run of characters, `?` for exactly one; nothing escapes them ("IAM JSON policy
 * elements: Resource", IAM User Guide).
 */
export const policyMatcher = (pattern: string): Matcher =>
  matcherOf(
    Array.from(pattern, (letter): Step => {
      if (letter === '*') return 'run';
      return letter === '?' ? 'one' : { letter };
    }),
  );
