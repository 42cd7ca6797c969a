import { Late } from './late.ts';

/** Which services AWS has, and where: `src/atlas/services.ts`. */
export const serviceFacts = new Late(() => import('../../atlas/services.ts'));
