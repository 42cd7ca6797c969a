import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { presets, type PresetName } from '../src/aws/behind/presets.ts';
import { isOurs } from '../src/aws/behind/routes.ts';
import { allAwsServices, awsServicesOf, type AwsService } from '../src/wire/aws-operations.ts';
import { allServices } from './all-services.ts';

interface EmulatorServices {
  readonly version: string;
  readonly services: readonly string[];
}

// `generate-emulator-services.ts` writes the file in this form.
const emulators = JSON.parse(
  readFileSync(join(import.meta.dirname, 'emulator-services.json'), 'utf8'),
) as Readonly<Record<PresetName, EmulatorServices>>;

const titles = Object.values(presets).map(({ name, title }) => ({ ...emulators[name], title }));

const built = new Map(allServices.map((service) => [service.model, service] as const));

/** Whether a service is ours, behind by which emulators, or none. */
const whose = ({ model, scope, operations }: AwsService): string => {
  const service = built.get(model);
  if (service !== undefined) {
    return `ours: ${Object.keys(service.operations).length} of ${Object.keys(operations).length} operations`;
  }
  if (isOurs(scope)) return 'none: its credential scope is that of a service of ours';
  const having = titles.filter(({ services }) => services.includes(model));
  return having.length === 0 ? 'none' : `behind: ${having.map(({ title }) => title).join(', ')}`;
};

/** Every service that AWS has, and what there is of it. */
const allRows = async (): Promise<readonly string[]> =>
  (await allAwsServices())
    .toSorted((a, b) => (a.id.toLowerCase() < b.id.toLowerCase() ? -1 : 1))
    .map((service) => `| ${service.id} | \`${service.scope}\` | ${whose(service)} |`);

/** The text of docs/coverage.md, made from the code: what is there, and how much AWS has. */
export const coverageText = async (): Promise<string> => {
  const sections: string[] = [];
  const rows: string[] = [];
  for (const service of [...allServices].toSorted((a, b) => (a.title < b.title ? -1 : 1))) {
    const operations = Object.keys(service.operations).toSorted();
    const listed = (await awsServicesOf(service.name)).find(({ model }) => model === service.model);
    const all = Object.keys(listed?.operations ?? {}).length;
    rows.push(`| ${service.title} | \`${service.name}\` | ${operations.length} | ${all} |`);
    sections.push(
      `## ${service.title}`,
      '',
      ...operations.map((operation) => `- ${operation}`),
      '',
    );
  }
  return [
    '# Coverage',
    '',
    'Each AWS operation that Faultline has. This page is written by `node scripts/write-coverage.ts` from the code,',
    'and a test keeps it true. An operation of AWS that is not here answers `NotImplemented` (501) and names itself.',
    'The last section says of every service of AWS whether it is here, can go behind, or neither.',
    '',
    '| service | credential scope | operations here | operations of AWS |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    ...sections,
    '## Every service of AWS',
    '',
    '*Ours* is what this page lists. *Behind* is what `faultline up --behind` can pass on to an emulator that says it has the service, in',
    `the version that was read: ${titles.map(({ title, version }) => `${title} ${version}`).join(', ')}.`,
    'How much of a service it has, and how true, is its own; any other endpoint that has a service can be behind too. Of *none* no',
    'emulator is known here that has it: a call answers `NotImplemented` (501), or whatever is behind.',
    '',
    '| service | credential scope | whose |',
    '| --- | --- | --- |',
    ...(await allRows()),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
};
