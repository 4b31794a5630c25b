// The API that all sides call: the emulator in a process of its own, told over IPC how to answer.
import { startEmulator, type EmulatorOptions, type Fault, type RecordedRequest } from '../emulator';
import { answerOf } from './stand-in';

/** A reply made beforehand, so that the server costs as little as it can. It is a stream or JSON, as the request asks. */
export interface Reply {
	/** Pieces of content; each is an event of the stream. */
	pieces: number;
	/** Characters of each piece. */
	pieceLength: number;
	/** Bytes that are written at once; without it all are. 0 writes each event by itself. */
	bytesAtOnce?: number;
}

export interface Setup {
	options?: EmulatorOptions;
	/** Without it the emulator thinks up its own answers. */
	reply?: Reply;
	fault?: Fault;
	/** Answers of the model that stand-in.ts plays. */
	standIn?: boolean;
}

/** What is told about a request afterwards. */
export type Seen = Pick<RecordedRequest, 'status' | 'startedAt' | 'socketClosedAt' | 'bodyBytes'> & {
	/** Of the stand-in's prompt and answer. */
	tokens?: number;
};

export type Command = { id: number } & ({ kind: 'setup'; setup: Setup } | { kind: 'seen' } | { kind: 'close' });

async function main() {
	const given = JSON.parse(process.argv[2] ?? '{}') as EmulatorOptions;
	const emulator = await startEmulator({ ...given, keepRequests: 100_000 });
	const tokens = new WeakMap<RecordedRequest, number>();
	const act = async (command: Command): Promise<unknown> => {
		switch (command.kind) {
			case 'setup': {
				const { options, reply, fault, standIn } = command.setup;
				emulator.reset();
				Object.assign(emulator.options, options);
				if (reply) emulator.fault(answerWith(reply));
				else if (fault) emulator.fault(() => fault);
				else if (standIn) {
					emulator.fault((request) => {
						const answer = answerOf(request);
						tokens.set(request, answer.tokens);
						return answer.fault;
					});
				}
				return undefined;
			}
			case 'seen':
				return emulator.requests.map((request): Seen => {
					const { status, startedAt, socketClosedAt, bodyBytes } = request;
					return { status, startedAt, socketClosedAt, bodyBytes, tokens: tokens.get(request) };
				});
			case 'close':
				await emulator.close();
				process.disconnect();
		}
	};
	process.on('message', (command: Command) => {
		void act(command).then((result) => process.connected && process.send!({ id: command.id, result }));
	});
	process.on('disconnect', () => process.exit());
	process.send!({ id: 0, result: emulator.port });
}

function answerWith({ pieces, pieceLength, bytesAtOnce }: Reply): (request: RecordedRequest) => Fault | undefined {
	const piece = 'word '.repeat(Math.ceil(pieceLength / 5)).slice(0, pieceLength);
	const frame = {
		id: 'bench',
		object: 'chat.completion.chunk',
		created: 1_760_000_000,
		model: 'step-3.5-flash',
	};
	const usage = { prompt_tokens: 10, completion_tokens: pieces, total_tokens: 10 + pieces };
	const event = (chunk: object): string => `data: ${JSON.stringify({ ...frame, ...chunk })}\n\n`;
	const events = [
		...Array.from({ length: pieces }, () =>
			event({ choices: [{ index: 0, delta: { role: 'assistant', content: piece }, finish_reason: '' }] }),
		),
		event({ choices: [{ index: 0, delta: { role: '', content: '' }, finish_reason: 'stop' }], usage }),
		'data: [DONE]\n\n',
	];
	const message = { role: 'assistant', content: piece.repeat(pieces) };
	const json = JSON.stringify({
		...frame,
		object: 'chat.completion',
		choices: [{ index: 0, message, finish_reason: 'stop' }],
		usage,
	});
	const stream: Fault =
		bytesAtOnce === 0 ? { raw: events } : { raw: events.join(''), ...(bytesAtOnce && { splitBytes: bytesAtOnce }) };
	return ({ body, url }) => {
		if (!url.endsWith('/chat/completions')) return undefined;
		return (body as { stream?: boolean }).stream ? stream : { body: json };
	};
}

void main();
