import type { Credential } from '../../host/client';

/** How a side is set up for a work, as far as it has such a setting. */
export interface SideOptions {
	/** Requests side by side. */
	atOnce?: number;
	/** Pause after each `atOnce` requests, in ms. */
	pauseMs?: number;
	/** n8n's own setting of each node, at its most patient: 5 tries, 5 s apart. */
	retryOnFail?: boolean;
}

/** What a side's nodes are made for. */
interface Job extends SideOptions {
	/** Base URL of the API. */
	url: string;
	/** Whether the item has a file in `data`, rather than text in `prompt`. */
	withFile: boolean;
}

/** A node without what n8n only needs for drawing it. */
export interface BareNode {
	name: string;
	type: string;
	typeVersion: number;
	parameters: Record<string, unknown>;
	needsCredential?: true;
	[setting: string]: unknown;
}

/** A way to have each item answered in n8n. */
export interface Side {
	name: string;
	/** What leads to the API at `url`; another key is another account. */
	credential(url: string, key?: string): Omit<Credential, 'name'>;
	/** The nodes that an item goes through, one after the other, and the connections beside these. */
	nodes(job: Job): { chain: BareNode[]; connections?: Record<string, unknown> };
	/** Nodes that are connected otherwise. */
	subNodes?: BareNode[];
	/** The text in an item that comes out. */
	answer(item: Record<string, unknown>): unknown;
}

export const retrySettings = ({ retryOnFail }: SideOptions) =>
	retryOnFail ? { retryOnFail: true, maxTries: 5, waitBetweenTries: 5000 } : {};
