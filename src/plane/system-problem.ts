import { DomainError } from '../world/domain-error.ts';

/** Whether a caught value is what the operating system answered (no space, no permission, ...), and not a bug. */
export const isSystemProblem = (problem: unknown): problem is NodeJS.ErrnoException =>
  problem instanceof Error && 'code' in problem && 'syscall' in problem;

/** Makes what the host could not do an error value; anything else that is thrown is a bug and goes on. */
export const orHostProblem = async <T>(
  what: string,
  act: () => Promise<T>,
): Promise<T | DomainError> => {
  try {
    return await act();
  } catch (problem) {
    if (!isSystemProblem(problem)) throw problem;
    return new DomainError('InternalError', `${what}: ${problem.message}.`);
  }
};
