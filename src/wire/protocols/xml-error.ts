import type { DomainError } from '../../world/domain-error.ts';
import type { ServiceModel } from '../model.ts';
import type { StructureShape } from '../shape.ts';
import { escapeXml } from './xml-output.ts';
import type { XmlWriter } from './xml-output.ts';

/** Who is at fault, as query and rest-xml errors say it. */
export const faultType = (status: number): 'Sender' | 'Receiver' =>
  status < 500 ? 'Sender' : 'Receiver';

const isMessage = (name: string): boolean => name === 'message' || name === 'Message';

/** Code, message and the members of the error's own shape, as the `<Error>` element of query and rest-xml has them. */
export const errorMembersXml = (
  writer: (shape: StructureShape) => XmlWriter,
  model: ServiceModel | undefined,
  error: DomainError,
): string => {
  const text = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  const shape = model?.errors.get(error.code)?.shape;
  if (shape === undefined || Object.keys(error.details).length === 0) return text;
  const details = Object.fromEntries(
    Object.entries(error.details).filter(([name]) => !isMessage(name)),
  );
  return text + writer(shape)(details);
};
