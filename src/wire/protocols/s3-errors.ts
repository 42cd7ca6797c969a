import { statusOf } from '../fault.ts';
import type { Codec } from './codec.ts';
import { restXml } from './rest-xml.ts';
import { escapeXml } from './xml-output.ts';

/** rest-xml with errors as S3 has them: without the element around that others have. Source: "Error responses", Amazon S3 API Reference. */
export const s3Errors: Codec = {
  ...restXml,

  serialiseError(model, error, requestId) {
    return {
      status: statusOf(error, model),
      headers: { 'content-type': 'application/xml' },
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message><RequestId>${requestId}</RequestId></Error>`,
    };
  },
};
