/** What one run gave: figures, or what was seen in place of a figure. */
export type Sample = Record<string, number | string>;

/** Something that is measured: a side doing a work. */
export interface Entry {
	name: string;
	measure(): Promise<Sample>;
}

export interface Stat {
	median: number;
	min: number;
	max: number;
}

export interface Row {
	name: string;
	values: Record<string, Stat | string>;
}

/** Measures all entries once, then all of them again, so that whatever the machine does meets each of them alike. */
export async function inTurn(entries: Entry[], rounds: number, log: (text: string) => void): Promise<Row[]> {
	const samples = entries.map((): Sample[] => []);
	for (let round = 1; round <= rounds; round += 1) {
		for (const [i, { name, measure }] of entries.entries()) {
			const sample = await measure();
			samples[i]!.push(sample);
			log(
				`  ${round}/${rounds} ${name}: ${Object.entries(sample)
					.map(([key, value]) => `${key} ${typeof value === 'number' ? round1(value) : value}`)
					.join(', ')}`,
			);
		}
	}
	return entries.map(({ name }, i) => ({ name, values: summarize(samples[i]!) }));
}

/** Words win over figures: a side that has failed once is not known by its other runs. */
function summarize(samples: Sample[]): Row['values'] {
	const keys = [...new Set(samples.flatMap((sample) => Object.keys(sample)))];
	return Object.fromEntries(
		keys.map((key) => {
			const values = samples.map((sample) => sample[key]).filter((value) => value !== undefined);
			const words = values.find((value) => typeof value === 'string');
			return [key, words ?? statOf(values as number[])];
		}),
	);
}

export function statOf(values: number[]): Stat {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
	return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

/** The median of a row's figure; NaN where there is none. */
export function median(rows: Row[], name: string, key: string): number {
	const value = rows.find((row) => row.name === name)?.values[key];
	return typeof value === 'object' ? value.median : NaN;
}

/** Three digits, or all of those before the point. */
export const shortFigure = (value: number): string =>
	String(value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));

const round1 = (value: number): number => Math.round(value * 10) / 10;
