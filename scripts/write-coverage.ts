/** Writes docs/coverage.md: run it after an operation was added. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coverageText } from './coverage.ts';

writeFileSync(join(import.meta.dirname, '..', 'docs', 'coverage.md'), await coverageText());
