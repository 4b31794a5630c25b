import type { Host } from '../host/install';
import type { Command, Seen, Setup } from './api-server';
import { startChild } from './child';
import type { Certificate } from './certificate';
import { startRelay } from './relay';

export const apiKey = 'sk-emulator';
export const model = 'step-3.7-flash';

/** The API on loopback, in a process of its own. */
export interface Api {
	/** Base URL, with /v1. */
	url: string;
	/** Forgets what was, and answers like this from now on. */
	setUp(setup: Setup): Promise<void>;
	/** The requests since then. */
	seen(): Promise<Seen[]>;
	stop(): Promise<void>;
}

type Without<Kinds, Key extends string> = Kinds extends unknown ? Omit<Kinds, Key> : never;

/** @param distant HTTPS with this certificate, behind a relay that adds a round trip of `roundTripMs`. */
export async function startApi(
	{ node }: Host,
	distant?: { certificate: Certificate; roundTripMs: number },
): Promise<Api> {
	const tls = distant && { key: distant.certificate.key, cert: distant.certificate.cert };
	const child = await startChild<Without<Command, 'id'>>(node, 'api-server.ts', {
		// Each key is an account of its own to the nodes; to the API all are one.
		apiKey: '*',
		...(tls && { tls }),
	});
	const relay = distant && (await startRelay(child.ready as number, distant.roundTripMs / 2));
	return {
		url: distant ? `https://localhost:${relay!.port}/v1` : `http://127.0.0.1:${child.ready as number}/v1`,
		setUp: (setup) => child.ask({ kind: 'setup', setup }),
		seen: () => child.ask({ kind: 'seen' }),
		async stop() {
			relay?.close();
			await child.stop();
		},
	};
}
