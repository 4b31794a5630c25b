import type { Bench } from '../bench';
import type { Row } from '../measure';

export interface Column {
	key: string;
	label: string;
	unit: string;
}

/** What was promised, and what came out. */
export interface Goal {
	text: string;
	value: number;
	/** In the words of the table. */
	measured: string;
	met: boolean;
}

export interface Table {
	title: string;
	/** How it was measured. */
	setup: string;
	columns: Column[];
	rows: Row[];
	goals: Goal[];
}

export interface Work {
	/** As in `npm run bench -- name`. */
	name: string;
	/** Whether it takes Redis and PostgreSQL. */
	needsServers?: true;
	measure(bench: Bench): Promise<Table>;
}

/** A goal with an upper limit; a figure that is missing does not reach it. */
export const atMost = (text: string, value: number, limit: number, unit = ''): Goal => ({
	text,
	value,
	measured: figure(value, unit),
	met: value <= limit,
});
export const atLeast = (text: string, value: number, limit: number, unit = ''): Goal => ({
	text,
	value,
	measured: figure(value, unit),
	met: value >= limit,
});

const figure = (value: number, unit: string): string =>
	Number.isNaN(value) ? 'not measured' : `${Number(value.toPrecision(3))}${unit && ` ${unit}`}`;
