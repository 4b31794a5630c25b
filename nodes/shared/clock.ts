import { sleep } from 'n8n-workflow';
import type { Clock } from '../../stepfun/client/clock';

/** n8n's timers, and a time that no change of the system's clock moves. */
export const clock: Clock = { now: () => performance.now(), sleep, random: Math.random };
