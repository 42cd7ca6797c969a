/** The command was called wrongly: exit code 2, one line on stderr that names the option or file. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The machine was too late to tell whether the thing that was asked for held: exit code 3. */
export class Uncertain extends Error {
  override readonly name = 'Uncertain';
}

/** The thing that was asked for did not hold, such as a drill's objective: exit code 1. */
export class Failed extends Error {
  override readonly name = 'Failed';
}
