import { isAbsolute } from 'node:path';
import { isDomainError, type DomainError } from '../world/domain-error.ts';
import { badRequest, fieldsOf, numberOf, textOf, type Fields } from './admin-request.ts';
import type { ExportRequest, ImportRequest } from './image-transfers.ts';

/** The largest volume in GiB ("Amazon EBS volume types", gp3). */
const largestGiB = 65_536;

type Texts<Name extends string> = Readonly<Record<Name, string | undefined>>;

const textsOf = <Name extends string>(
  fields: Fields,
  names: readonly Name[],
): Texts<Name> | DomainError => {
  const texts: [Name, string | undefined][] = [];
  for (const name of names) {
    const text = textOf(fields, name);
    if (isDomainError(text)) return text;
    texts.push([name, text]);
  }
  // Every name has its entry.
  return Object.fromEntries(texts) as Texts<Name>;
};

const sourceOf = (
  path: string | undefined,
  container: string | undefined,
): ImportRequest['from'] | DomainError => {
  if (path !== undefined && container === undefined) {
    return isAbsolute(path) ? { path } : badRequest("'path' is an absolute path.");
  }
  if (container !== undefined && path === undefined) return { container };
  return badRequest("One of 'path' and 'container' is needed.");
};

/** Reads the body of `POST /images/import`. */
export const readImportRequest = (
  body: unknown,
  defaultAccount: string,
): ImportRequest | DomainError => {
  const names = ['path', 'container', 'name', 'region', 'account', 'architecture'] as const;
  const fields = fieldsOf(body, [...names, 'sizeGiB']);
  if (isDomainError(fields)) return fields;
  const texts = textsOf(fields, names);
  if (isDomainError(texts)) return texts;
  const sizeGiB = numberOf(fields, 'sizeGiB');
  if (isDomainError(sizeGiB)) return sizeGiB;
  if (
    sizeGiB !== undefined &&
    !(Number.isInteger(sizeGiB) && sizeGiB >= 1 && sizeGiB <= largestGiB)
  ) {
    return badRequest(`'sizeGiB' is a whole number from 1 to ${largestGiB}.`);
  }
  const from = sourceOf(texts.path, texts.container);
  if (isDomainError(from)) return from;
  const { name, region = 'us-east-1', account = defaultAccount, architecture = 'x86_64' } = texts;
  if (name === undefined) return badRequest("'name' is needed: what the image is called.");
  if (architecture !== 'x86_64' && architecture !== 'arm64') {
    return badRequest("'architecture' is x86_64 or arm64.");
  }
  return { from, name, region, account, architecture, sizeGiB };
};

/** Reads the body of `POST /images/export`. */
export const readExportRequest = (
  body: unknown,
  defaultAccount: string,
): ExportRequest | DomainError => {
  const names = ['imageId', 'path', 'region', 'account'] as const;
  const fields = fieldsOf(body, names);
  if (isDomainError(fields)) return fields;
  const texts = textsOf(fields, names);
  if (isDomainError(texts)) return texts;
  const { imageId, path, region, account = defaultAccount } = texts;
  if (imageId === undefined || path === undefined) {
    return badRequest("'imageId' and 'path' are needed.");
  }
  if (!isAbsolute(path)) return badRequest("'path' is an absolute path.");
  return { imageId, path, region, account };
};
