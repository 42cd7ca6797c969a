import { UsageError } from '../../text/usage-error.ts';

/** A number from 0 on. */
export const readAmount = (option: string, text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new UsageError(`${option} is a number from 0 on, not '${text}'.`);
  }
  return value;
};

/** The end of a refusal that names what is nearest: `; did you mean 'a', 'b' or 'c'?`; nothing without names. */
export const orNames = (names: readonly string[]): string => {
  const quoted = names.map((name) => `'${name}'`);
  const last = quoted.pop();
  if (last === undefined) return '';
  const text = quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
  return `; nearest: ${text}`;
};
