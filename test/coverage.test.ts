import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allServices } from '../scripts/all-services.ts';
import { coverageText } from '../scripts/coverage.ts';
import { serviceModel } from '../src/wire/model.ts';

describe('coverage', () => {
  it('docs/coverage.md lists the operations that the code has (node scripts/write-coverage.ts)', async () => {
    const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'coverage.md'), 'utf8');
    expect(page).toBe(await coverageText());
  });

  it.each(allServices.map((service) => [service.name, service] as const))(
    'the wire model of %s has exactly the operations of the service',
    async (name, service) => {
      const model = await serviceModel(name);
      expect([...model.operations.keys()].toSorted()).toEqual(
        Object.keys(service.operations).toSorted(),
      );
    },
  );
});
