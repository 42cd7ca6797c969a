import { DomainError, isDomainError } from '../world/domain-error.ts';
import type { AdminRequest } from './admin-request.ts';
import { readExportRequest, readImportRequest } from './image-requests.ts';
import type { ImageTransfers } from './image-transfers.ts';

/** What the routes about images need of a running world. */
export interface ImageAdmin {
  readonly account: string;
  images(): ImageTransfers;
}

const estimate = async (admin: ImageAdmin, { query }: AdminRequest): Promise<unknown> => {
  const imageId = query.get('image');
  const toRegions = (query.get('to') ?? '').split(',').filter((region) => region !== '');
  if (imageId === null || imageId === '' || toRegions.length === 0) {
    return new DomainError(
      'InvalidRequest',
      "The query needs 'image', an image id, and 'to', the Regions to copy to.",
    );
  }
  return admin.images().estimate({
    imageId,
    toRegions,
    region: query.get('region') ?? undefined,
    account: query.get('account') ?? admin.account,
  });
};

/** The paths about copies and images; each answers what is sent as JSON, or a DomainError. */
export const imageRoutes: Readonly<
  Record<string, (admin: ImageAdmin, request: AdminRequest, rest: string) => unknown>
> = {
  'GET /copies': (admin) => ({ copies: admin.images().copies() }),
  'GET /copies/estimate': estimate,
  'POST /images/import': (admin, { body }) => {
    const request = readImportRequest(body, admin.account);
    return isDomainError(request) ? request : admin.images().beginImport(request);
  },
  'POST /images/export': (admin, { body }) => {
    const request = readExportRequest(body, admin.account);
    return isDomainError(request) ? request : admin.images().beginExport(request);
  },
  'GET /images/': (admin, _request, id) => admin.images().job(id),
};
