import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterMatcher, policyMatcher } from './wildcards.ts';

describe('a value of an EC2 filter', () => {
  const cases: readonly (readonly [pattern: string, text: string, isFitting: boolean])[] = [
    ['web', 'web', true],
    ['web', 'Web', false],
    ['', '', true],
    ['*', '', true],
    ['*amazon*', '*amazon?\\', true],
    ['*amazon*', 'amazon', true],
    ['\\*amazon*', 'amazon', false],
    ['\\*amazon*', '*amazon?\\', true],
    ['\\*amazon\\?*', '*amazon?\\', true],
    ['\\*amazon\\?\\\\', '*amazon?\\', true],
    ['\\*mazon', 'amazon', false],
    ['database?', 'database', true],
    ['database?', 'databases', true],
    ['database?', 'databases2', false],
    ['databas??', 'database', true],
    ['d?base', 'database', false],
    ['?database', 'database', true],
    ['data?base', 'database', true],
    ['a\\', 'a\\', true],
    ['a\\b', 'ab', true],
    ['a.c', 'abc', false],
    ['*a*b*', 'xaxbx', true],
  ];
  it.each(cases)('%s and %s: %s', (pattern, text, isFitting) => {
    expect(filterMatcher(pattern)(text)).toBe(isFitting);
  });

  it('finds any text by that text with its wildcards escaped', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(filterMatcher(text.replaceAll(/[*?\\]/g, '\\$&'))(text)).toBe(true);
      }),
    );
  });

  it('costs no more than its length times that of the text', () => {
    // Followed one after the other, these ways are 2 to the power of 200.
    expect(filterMatcher('?'.repeat(200) + 'b')('a'.repeat(200))).toBe(false);
    expect(filterMatcher('*a'.repeat(100) + 'b')('a'.repeat(255))).toBe(false);
  });
});

describe('a pattern of a policy', () => {
  it.each([
    ['sts:Assume*', 'sts:AssumeRole', true],
    ['sts:AssumeRol?', 'sts:AssumeRole', true],
    ['sts:AssumeRole?', 'sts:AssumeRole', false],
    ['a\\*', 'a*', false],
    ['a\\*', 'a\\b', true],
  ] as const)('%s and %s: %s', (pattern, text, isFitting) => {
    expect(policyMatcher(pattern)(text)).toBe(isFitting);
  });
});
