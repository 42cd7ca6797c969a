import { awsServicesOf } from '../src/wire/aws-operations.ts';
import { allServices } from './all-services.ts';

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
    '',
    '| service | credential scope | operations here | operations of AWS |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    ...sections,
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
};
