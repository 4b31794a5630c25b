/** Requests that wait, each in the lane of its execution. Lanes are served in turn; within a lane the first comes first. */
export class Queue<Waiter extends { lane: object }> {
	/** The lane to be served next stands first. */
	private readonly lanes = new Map<object, Waiter[]>();

	get isEmpty(): boolean {
		return this.lanes.size === 0;
	}

	has(lane: object): boolean {
		return this.lanes.has(lane);
	}

	/** @param isFirst Whether it goes before the others of its lane. */
	add(waiter: Waiter, isFirst: boolean): void {
		const others = this.lanes.get(waiter.lane) ?? [];
		this.lanes.set(waiter.lane, isFirst ? [waiter, ...others] : [...others, waiter]);
	}

	remove(waiter: Waiter): void {
		const others = this.lanes.get(waiter.lane)?.filter((other) => other !== waiter) ?? [];
		if (others.length > 0) this.lanes.set(waiter.lane, others);
		else this.lanes.delete(waiter.lane);
	}

	/** Takes out the one whose turn it is; its lane is then the last to be served again. */
	next(): Waiter | undefined {
		const [entry] = this.lanes;
		if (!entry) return undefined;
		const [lane, [waiter, ...others]] = entry;
		this.lanes.delete(lane);
		if (others.length > 0) this.lanes.set(lane, others);
		return waiter;
	}

	all(): Waiter[] {
		return [...this.lanes.values()].flat();
	}
}
