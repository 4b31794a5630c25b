import { DynamicStructuredTool } from '@langchain/core/tools';
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import { NodeConnectionTypes, type IDataObject, type INodeExecutionData, type INodeType } from 'n8n-workflow';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { StepfunApi } from '../../credentials/StepfunApi.credentials';
import { startEmulator, type Fault } from '../../emulator';
import { toMessages } from '../../nodes/LmChatStepfun/convert-messages';
import { CompletionBuilder, MAX_ANSWER_CHARACTERS } from '../../stepfun/response/completion';
import { complete } from '../../stepfun/complete';
import { StepfunError } from '../../stepfun/errors';
import type { Send } from '../../stepfun/client/http';
import { listModels } from '../../stepfun/list-models';
import { Pacer } from '../../stepfun/client/limiter';
import { messageRows, rowOf, type MessageRow } from '../docs/message-table';
import * as files from '../media-files';
import { selfSigned } from '../self-signed';
import { nodeClock, undiciSend } from '../send';
import { chatNode, customEndpoint, runWorkflow, type WorkflowOptions } from './harness';
import { useStage } from './stage';

type Shown = Pick<MessageRow, 'message' | 'hint'>;

const rows = messageRows('messages.md');
const met = new Set<MessageRow | undefined>();

const { api } = useStage();

/** What the editor shows of a run that ends in an error; the request ID is no part of the advice. */
async function shown(options: Partial<WorkflowOptions>, parameters: IDataObject = {}): Promise<Shown> {
	const { options: chosen, ...others } = parameters;
	const node = chatNode({ ...others, options: { retries: 0, ...(chosen as IDataObject) } });
	const { run } = await runWorkflow({ credential: customEndpoint(api.url), nodes: [node], ...options });
	const error = run.data.resultData.error!;
	return { message: error.message, hint: (error.description ?? '').replace(/ \(request ID [\w-]+\)$/, '') };
}

const withFault = (fault: Fault, parameters?: IDataObject) => {
	api.fault(() => ({ ...fault }));
	return shown({}, parameters);
};
const withFields = (parameters: IDataObject) => shown({}, parameters);
const withOptions = (options: IDataObject) => shown({}, { options });
const withMessages = (messages: unknown, others: IDataObject = {}) =>
	shown({}, { specifyMessages: 'json', messagesJson: JSON.stringify(messages), ...others });
const withPart = (part: unknown) => withMessages([{ role: 'user', content: [part] }]);
const withTools = (tools: unknown) => shown({}, { tools: { json: [{ functionsJson: JSON.stringify(tools) }] } });
const withFunction = (fields: IDataObject) => shown({}, { tools: { functions: [fields] } });
const withAttachment = (attachment: IDataObject, item: INodeExecutionData = { json: {} }) =>
	shown({ items: [item] }, { attachments: { values: [attachment] } });
const url = (address: string): IDataObject => ({ source: 'url', url: address });
const file = (bytes: Buffer, mimeType: string): INodeExecutionData => ({
	json: {},
	binary: { data: { data: bytes.toString('base64'), mimeType } },
});
/** A file in a store of n8n's, of so many bytes by its metadata, and what reading it gives. */
function storedFile(fileSize: number | Error, content: Buffer | Error = Buffer.alloc(0)): INodeExecutionData {
	const give = async <Value>(value: Value | Error): Promise<Value> => {
		if (value instanceof Error) throw value;
		return value;
	};
	const store = {
		getMetadata: async () => ({ fileSize: await give(fileSize) }),
		getAsStream: async () => Readable.from([await give(content)]),
	};
	Container.get(BinaryDataService).setManager('database', store as never);
	return { json: {}, binary: { data: { id: 'database:1', data: 'database', mimeType: 'image/png' } } };
}
const deletedFile = () => storedFile(new Error('ENOENT: no such file or directory'));
const events = (...chunks: unknown[]): string => chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');
const chunk = (delta: object, finish_reason = '') => ({
	id: 'c',
	model: 'm',
	choices: [{ index: 0, delta, finish_reason }],
});
const answered = (message: object, finish_reason: string): Fault => ({
	body: JSON.stringify({
		id: 'c',
		model: 'm',
		choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }],
	}),
});
const twoAnswers = (...reasons: string[]): Fault => ({
	body: JSON.stringify({
		id: 'c',
		model: 'm',
		choices: reasons.map((finish_reason, index) => ({
			index,
			message: { role: 'assistant', content: 'Well' },
			finish_reason,
		})),
	}),
});
const jsonFormat = { responseFormat: 'json_object' };
const mb = (count: number): string => 'A'.repeat(Math.ceil((count * 2 ** 20) / 3) * 4);

/** What the client throws, for what cannot be brought about in a network of one machine. */
async function thrown(work: () => unknown): Promise<Shown> {
	try {
		await work();
	} catch (error) {
		if (error instanceof StepfunError) return error;
		throw error;
	}
	throw new Error('Nothing was thrown');
}

const sending = (send: Send, signal?: AbortSignal) =>
	thrown(() =>
		complete(
			{ model: 'm', messages: [{ role: 'user', content: 'Hello' }] },
			{
				send,
				baseUrl: 'https://api.example/v1',
				clock: nodeClock,
				pacer: new Pacer({ maxConcurrent: 1, requestsPerMinute: 0, clock: nodeClock }),
				retries: 0,
				silenceMs: 0,
				totalMs: 0,
				...(signal && { signal }),
			},
		),
	);
const refusing = (code: string) => sending(() => Promise.reject(Object.assign(new Error('x'), { code })));

async function models(fault: Fault): Promise<Shown> {
	api.fault(() => ({ ...fault }));
	const send = undiciSend('sk-emulator');
	try {
		return await thrown(() => listModels({ send, baseUrl: api.url }));
	} finally {
		await send.close();
	}
}

async function unusedPort(): Promise<number> {
	const server = createTcpServer().listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}

/** StepFun Chat with a tool node. */
function connected(metadata: Record<string, unknown> = {}, schema?: object): Partial<WorkflowOptions> {
	const weather: INodeType = {
		description: {
			displayName: 'Weather',
			name: 'weather',
			group: ['transform'],
			version: 1,
			description: '',
			defaults: { name: 'Weather' },
			inputs: [],
			outputs: [NodeConnectionTypes.AiTool],
			properties: [],
		},
		async supplyData() {
			const tool = new DynamicStructuredTool({
				name: 'get_weather',
				description: 'Weather',
				schema: z.object({ city: z.string() }),
				func: async () => 'sunny',
				metadata,
			});
			return { response: schema ? Object.assign(tool, { schema }) : tool };
		},
	};
	return {
		types: { weather },
		connections: { Weather: { ai_tool: [[{ node: 'StepFun Chat', type: NodeConnectionTypes.AiTool, index: 0 }]] } },
	};
}
const withTool = (
	parameters: IDataObject = {},
	metadata?: Record<string, unknown>,
	schema?: object,
): Promise<Shown> => {
	const { options, ...others } = parameters;
	const node = chatNode({
		messages: { values: [{ role: 'user', content: 'Use get_weather for Oslo' }] },
		...others,
		options: { retries: 0, ...(options as IDataObject) },
	});
	return shown({ ...connected(metadata, schema), nodes: [node, { name: 'Weather', type: 'weather' }] });
};

async function withoutSdk(): Promise<Shown> {
	jest.doMock('@n8n/ai-node-sdk', () => {
		throw new Error("Cannot find module '@n8n/ai-node-sdk'");
	});
	try {
		return await withTool();
	} finally {
		jest.dontMock('@n8n/ai-node-sdk');
	}
}

/** The note beside the output of a run that succeeds. */
async function note(fault: Fault | Fault[], parameters: IDataObject = {}): Promise<Shown> {
	api.fault(fault);
	const { run } = await runWorkflow({ credential: customEndpoint(api.url), nodes: [chatNode(parameters)] });
	expect(run.status).toBe('success');
	return { message: run.data.resultData.runData['StepFun Chat']![0]!.hints![0]!.message, hint: '' };
}

async function canceled(): Promise<Shown> {
	const stop = new AbortController();
	return await sending(
		({ signal }) =>
			new Promise((_, reject) => {
				signal!.addEventListener('abort', () => reject(new Error('x')));
				stop.abort();
			}),
		stop.signal,
	);
}

function answerTooLong(): Promise<Shown> {
	const builder = new CompletionBuilder();
	const content = 'x'.repeat(MAX_ANSWER_CHARACTERS + 1);
	return thrown(() =>
		builder.add({
			id: '',
			model: '',
			created: 0,
			choices: [{ index: 0, content, reasoning: '', toolCalls: [], finishReason: '', whole: false }],
		}),
	);
}

async function withTls(): Promise<Shown> {
	const secure = await startEmulator({ tls: selfSigned });
	try {
		return await shown({ credential: customEndpoint(secure.url) });
	} finally {
		await secure.close();
	}
}

const rule = (status: number): Promise<Shown> => {
	const { properties } = new StepfunApi().test.rules!.find(
		(one) => one.type === 'responseCode' && one.properties.value === status,
	)!;
	return Promise.resolve({ message: (properties as { message: string }).message, hint: '' });
};

const cases: Array<[row: string, produce: () => Promise<Shown>]> = [
	[
		'The Base URL in the StepFun API credential is no address',
		() => shown({ credential: customEndpoint('localhost') }),
	],
	[
		'The address could not be found (DNS): …',
		() => shown({ credential: customEndpoint('http://no-such-host.invalid/v1') }),
	],
	[
		'The connection was refused: …',
		async () => shown({ credential: customEndpoint(`http://127.0.0.1:${await unusedPort()}/v1`) }),
	],
	['The address cannot be reached: …', () => refusing('EHOSTUNREACH')],
	['No secure connection could be made (TLS): …', withTls],
	['The server did not answer in time: …', () => refusing('ETIMEDOUT')],
	['The connection was closed before an answer came: …', () => withFault({ resetBeforeHeaders: true })],
	[
		'The connection to … broke off in the middle of the answer',
		() => withFault({ raw: events(chunk({ content: 'Half an' })) }),
	],
	[
		'n8n does not allow requests to this address: …',
		() =>
			shown({
				credential: { ...customEndpoint(api.url), allowedHttpRequestDomains: 'domains', allowedDomains: 'example.com' },
			}),
	],
	['The request to … could not be made…', () => refusing('EMFILE')],
	['The server at … redirects to …', () => withFault({ redirectTo: 'https://other.example/' })],
	['There is no chat API at …', () => withFault({ status: 404, body: '404 page not found' })],
	['The server answered with a web page instead of a completion', () => withFault({ body: '<!doctype html>' })],
	['The answer is no stream of events…', () => withFault({ body: 'Hello' })],
	['The server answered with something else than a list of models…', () => models({ body: '<!doctype html>' })],
	['This version of n8n cannot connect AI nodes of community packages', withoutSdk],
	['The execution was canceled', canceled],

	[
		'…',
		() =>
			withFault({
				status: 400,
				body: '{"error":{"message":"Request param: n is invalid","type":"request_params_invalid"}}',
			}),
	],
	['you have no active step plan subscription', () => withFault({ status: 400 })],
	['Incorrect API key provided', () => withFault({ status: 401 })],
	['You exceeded your current quota, please check your balance', () => withFault({ status: 402 })],
	['…', () => withFault({ status: 403, body: '{"error":{"message":"Forbidden","type":"forbidden"}}' })],
	[
		'The model … does not exist or you do not have access to it.',
		() => withFields({ model: { __rl: true, mode: 'id', value: 'step-99' } }),
	],
	['…', () => withFault({ status: 413, body: '{"error":{"message":"Too large","type":"too_large"}}' })],
	['request limited …', () => withFault({ status: 429, retryAfter: '0' })],
	['request limited …', () => withFault({ status: 429, retryAfter: '7200' }, { options: { retries: 1 } })],
	['The content you provided or machine outputted is blocked.', () => withFault({ status: 451 })],
	['…', () => withFault({ status: 500 })],
	['…', () => withFault({ status: 408, body: '{"error":{"message":"Request timeout","type":"timeout"}}' })],
	['…', () => withFault({ status: 503 })],
	['…', () => withFault({ status: 504 })],
	['…', () => withFault({ raw: events({ error: { message: 'Out of capacity', type: 'capacity' } }) })],
	['The server reported an error without a message', () => withFault({ raw: events({ error: {} }) })],
	['The server answered with status …', () => withFault({ status: 502 })],

	[
		'The model used up … while reasoning, before its answer began',
		() => withFault(answered({ content: '', reasoning: 'Hm' }, 'length'), { options: { maxTokens: 20 } }),
	],
	[
		'The model used up … while reasoning, before its answer began',
		() => withFault(answered({ content: '', reasoning: 'Hm' }, 'length')),
	],
	['StepFun moderated the answer', () => withFault(answered({ content: 'Well' }, 'content_filter'))],
	['The model ended without an answer', () => withFault(answered({ content: '' }, 'stop'))],
	[
		'The answer reached … before its JSON was complete',
		() => withFault(answered({ content: '{"a":' }, 'length'), { ...jsonFormat, options: { maxTokens: 20 } }),
	],
	[
		'The answer reached … before its JSON was complete',
		() => withFault(answered({ content: '{"a":' }, 'length'), jsonFormat),
	],
	[
		'The model answered with something else than JSON',
		() => withFault(answered({ content: 'Sure!' }, 'stop'), jsonFormat),
	],
	[
		'The model still calls tools after … of calls',
		() => {
			const call = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } };
			api.fault(() => answered({ content: '', tool_calls: [call] }, 'tool_calls'));
			return withTool({ options: { maxToolsIterations: 1 } });
		},
	],
	['The server sent nothing for …', () => withFault({ stallBeforeHeaders: true }, { options: { timeout: 50 } })],
	[
		'The completion took longer than the … of Total Timeout',
		() => withFault({ stallBeforeHeaders: true }, { options: { totalTimeout: 50 } }),
	],
	['The server sent an empty answer', () => withFault({ body: '' })],
	['The answer is no complete JSON…', () => withFault({ body: '{"id":"x","choices":[{"mess' })],
	['The answer is no completion…', () => withFault({ raw: events(7) })],
	['The answer holds no completion…', () => withFault({ body: '{"id":"x","choices":[]}' })],
	['An event of the stream is no complete JSON…', () => withFault({ raw: 'data: {"a":}\n\n' })],
	['The answer is longer than … million characters and was stopped', answerTooLong],
	[
		'A part of the answer is larger than … million characters and was not read',
		() => withFault({ raw: `data: "${mb(25)}` }),
	],

	['Model is empty', () => withFields({ model: { __rl: true, mode: 'id', value: '={{ "" }}' } })],
	['… must be …, and is …', () => withOptions({ temperature: 7 })],
	['… must be …, and is …', () => withOptions({ maxTokens: '={{ "many" }}' })],
	['… does not take the Reasoning Effort "…"', () => withFields({ reasoningEffort: '={{ "none" }}' })],
	['The Reasoning Format "…" is unknown', () => withOptions({ reasoningFormat: '={{ "xml" }}' })],
	[
		'… is no valid JSON: see line …, column …',
		() => withFields({ specifyMessages: 'json', messagesJson: '[{"role": "user",, }]' }),
	],
	['Extra Body Fields is no JSON object', () => withOptions({ extraBody: '[1]' })],
	[
		'Extra Body Fields holds "…", which another field of this node has set',
		() => withOptions({ extraBody: '{"model": "m"}' }),
	],
	['JSON Example is no object', () => withFields({ responseFormat: 'json_schema', jsonSchemaExample: '[1]' })],
	[
		'… is no valid schema',
		() => withFields({ responseFormat: 'json_schema', schemaType: 'manual', inputSchema: '{"title": "x"}' }),
	],
	[
		'… is no valid schema: … …',
		() => withFields({ responseFormat: 'json_schema', schemaType: 'manual', inputSchema: '{"type": "text"}' }),
	],

	['Messages must be a list, and … was given', () => withMessages({ role: 'user', content: 'Hello' })],
	['Messages is empty', () => withMessages([])],
	[
		'There are attachments, and Messages holds no message with the role user',
		() =>
			withMessages([{ role: 'system', content: 'Be brief' }], {
				attachments: { values: [url('https://example.com/a.png')] },
			}),
	],
	['In Messages, … is … instead of an object', () => withMessages(['Hello'])],
	['In Messages, … has no role', () => withMessages([{ content: 'Hello' }])],
	['In Messages, … has the unknown role "…"', () => withMessages([{ role: 'developer', content: 'Hello' }])],
	[
		'In Messages, … has an empty content',
		() => withFields({ messages: { values: [{ role: 'user', content: '={{ "" }}' }] } }),
	],
	['In Messages, … has an empty content', () => withMessages([{ role: 'user', content: [] }])],
	['In Messages, the content of … is …', () => withMessages([{ role: 'user', content: 7 }])],
	['In Messages, … has the role tool and no Tool Call ID', () => withMessages([{ role: 'tool', content: 'sunny' }])],
	[
		'In Messages, the tool_calls of … are … instead of a list',
		() => withMessages([{ role: 'assistant', content: 'x', tool_calls: {} }]),
	],
	[
		'In Messages, tool call … of … has no id or no function.name',
		() => withMessages([{ role: 'assistant', content: 'x', tool_calls: [{}] }]),
	],
	['In Messages, … has the type text and no text', () => withPart({ type: 'text' })],
	['In Messages, … has no type', () => withPart({ text: 'Hello' })],
	['In Messages, … has the unknown type "…"', () => withPart({ type: 'file' })],
	['In Messages, … has no ….…', () => withPart({ type: 'image_url' })],
	[
		'In Messages, the detail of … is "…"',
		() => withPart({ type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'ultra' } }),
	],

	['In Attachments, the … of … is empty', () => withAttachment(url('={{ "" }}'))],
	['In Attachments, Input Data Field Name(s) of … is empty', () => withAttachment({ binaryFields: '={{ "" }}' })],
	['The input item has no file in the field "…", which Input Data Field Name(s) of … names', () => withAttachment({})],
	[
		'The input item has no file in the field "…", which Input Data Field Name(s) of … names',
		() => withAttachment({ binaryFields: 'photo' }, file(files.png(), 'image/png')),
	],
	['… is empty, or n8n no longer has it', () => withAttachment({}, storedFile(0))],
	['… is empty, or n8n no longer has it', () => withAttachment({}, file(Buffer.alloc(0), 'image/png'))],
	['… is empty, or n8n no longer has it', () => withAttachment({}, deletedFile())],
	[
		'An attachment could not be read',
		() => withAttachment({}, storedFile(10, new Error('ENOENT: no such file or directory'))),
	],
	[
		'An attachment changed while it was sent: … bytes were announced, … or more were read',
		() => withAttachment({}, storedFile(10, Buffer.alloc(20))),
	],
	[
		'… is no base64',
		() =>
			withAttachment({}, { json: {}, binary: { data: { data: `${mb(0.3)}!!!!${mb(0.3)}`, mimeType: 'image/png' } } }),
	],
	['… is …, and StepFun takes … as …', () => withAttachment({}, file(files.pdf(), 'application/pdf'))],
	['… is a moving GIF, and StepFun takes static ones only', () => withAttachment({}, file(files.gif(2), 'image/gif'))],
	['… is neither an address nor a data URL', () => withAttachment(url('photo.jpg'))],
	['… is neither an address nor a data URL', () => withAttachment({ type: 'video', ...url('film.mp4') })],
	['… is neither a data URL nor base64', () => withAttachment({ type: 'audio', ...url('https://example.com/a.mp3') })],
	['… is no base64', () => withAttachment({ source: 'base64', base64: 'data:image/png;base64,iVBORw0KGgoAAAA' })],
	[
		'The messages hold … images, and StepFun takes … in one request',
		() => withAttachment({ source: 'url', url: '={{ Array(61).fill("https://example.com/a.png") }}' }),
	],
	[
		'The images of the messages are … in total, and StepFun takes …',
		() => withAttachment({}, { json: {}, binary: { data: { data: mb(21), mimeType: 'image/png' } } }),
	],
	[
		'A video of the messages is …, and StepFun takes up to …',
		() => withAttachment({ type: 'video' }, { json: {}, binary: { data: { data: mb(129), mimeType: 'video/mp4' } } }),
	],
	[
		'The audio of the messages is … as base64, and StepFun takes …',
		() => withAttachment({ type: 'audio' }, { json: {}, binary: { data: { data: mb(8), mimeType: 'audio/mpeg' } } }),
	],
	[
		'A file of the type … cannot be given to a StepFun model',
		() =>
			thrown(() =>
				toMessages([{ role: 'user', content: [{ type: 'file', mediaType: 'application/pdf', data: 'JVBERi0=' }] }]),
			),
	],

	['In Tools, … has no name', () => withFunction({ name: '' })],
	['In Tools, the name of … …: "…"', () => withFunction({ name: 'x'.repeat(65) })],
	['In Tools, the name of … …: "…"', () => withFunction({ name: 'get weather' })],
	['In Tools, the name of … …: "…"', () => withFunction({ name: '天气' })],
	['In Tools, the name "…" is there twice', () => withTools([{ name: 'a' }, { name: 'a' }])],
	[
		'There are … tools, and StepFun takes …',
		() => withTools(Array.from({ length: 129 }, (_, i) => ({ name: `f${i}` }))),
	],
	['… is of the type … instead of object', () => withTools([{ name: 'a', parameters: { type: 'string' } }])],
	['… is no list', () => withTools({ name: 'a' })],
	['In Tools, … is no object', () => withTools(['a'])],
	['In Tools, … has the type … and no function', () => withTools([{ type: 'web_search' }])],
	['In Tools, … has an unknown type', () => withTools([{ type: 'computer' }])],
	['Number of Completions is …, and tools are connected', () => withTool({ options: { n: 2 } })],
	[
		"The tool … waits for a person's approval, which only AI Agent can do",
		() => withTool({}, { gatedToolNodeName: 'Approval' }),
	],
	[
		'This version of n8n cannot say which parameters the tool "…" takes',
		() => withTool({}, undefined, { _def: { typeName: 'ZodObject' } }),
	],

	[
		'The token limit cut off the answer in … (finish_reason length). ' +
			'Raise Maximum Number of Tokens in Options, or ask for a shorter answer',
		() => note(answered({ content: 'Once upon' }, 'length')),
	],
	[
		'StepFun moderated an answer in … (finish_reason content_filter): its text ends early or is missing',
		() => note(twoAnswers('stop', 'content_filter')),
	],
	[
		'The arguments of a tool call in … are no JSON (…). They come out as text, without parsed_arguments.',
		() =>
			note(
				answered(
					{
						content: '',
						tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":' } }],
					},
					'tool_calls',
				),
			),
	],
	[
		'… retried after rate limits (… refused …, longest wait … s). ' +
			'Max Concurrent Requests and Requests per Minute in Options set the pace',
		() => note({ status: 429, retryAfter: '0' }),
	],
	['This key is not accepted. Check the key, and that Region is the one where it was created', () => rule(401)],
	['There is no StepFun API at this address. Check the Base URL; it usually ends in /v1', () => rule(404)],
];

test.each(cases)('%s', async (row, produce) => {
	const { message, hint } = await produce();
	const found = rowOf(rows, { message, hint });
	met.add(found);
	expect({ message, hint, row: found?.message }).toEqual({ message, hint, row });
});

test('every row of the table was produced', () => {
	expect(rows.filter((row) => !met.has(row))).toEqual([]);
});
