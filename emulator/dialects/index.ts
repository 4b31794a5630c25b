import type { Dialect } from './dialect';
import { documented } from './documented';
import { live } from './live';

/** `live`: as recorded on 2026-10-08. `documented`: as the examples of StepFun's pages. */
export type DialectName = 'live' | 'documented';

export const dialects: Record<DialectName, Dialect> = { live, documented };
