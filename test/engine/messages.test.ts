import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import { NodeConnectionTypes, type IDataObject, type INodeExecutionData, type INodeType } from 'n8n-workflow';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { StepfunApi } from '../../credentials/StepfunApi.credentials';
import { startEmulator, type EmulatorOptions, type Fault } from '../../emulator';
import type { FaultChooser } from '../../emulator/faults';
import { toMessages } from '../../nodes/LmChatStepfun/convert-messages';
import { LmChatStepfun } from '../../nodes/LmChatStepfun/LmChatStepfun.node';
import { readCommonRequest } from '../../nodes/LmChatStepfun/request';
import type { Send } from '../../stepfun/client/http';
import { Limiter } from '../../stepfun/client/limiter';
import { complete, type CompleteOptions } from '../../stepfun/complete';
import { StepfunError } from '../../stepfun/errors';
import { listModels } from '../../stepfun/list-models';
import { readMessages } from '../../stepfun/request/messages';
import { CompletionBuilder, MAX_ANSWER_CHARACTERS } from '../../stepfun/response/completion';
import type { MessageRow } from '../../scripts/messages';
import { rowOf, rows } from '../docs/message-table';
import { selfSigned } from '../self-signed';
import { nodeClock, undiciSend } from '../send';
import { chatNode, credentials, customEndpoint, runWorkflow, type WorkflowOptions } from './harness';
import * as files from '../media-files';
import { useStage } from './stage';
import { weatherNode } from './weather';

type Shown = Pick<MessageRow, 'message' | 'hint'>;

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
const withDocument = (bytes: Buffer, mimeType: string) =>
	withAttachment({ type: 'document', binaryFields: 'data' }, file(bytes, mimeType));
function withPdf(options: EmulatorOptions, fault?: FaultChooser) {
	Object.assign(api.options, options);
	if (fault) api.fault(fault);
	return withDocument(files.pdf(), 'application/pdf');
}
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
const callOf = (args: string) => ({ id: 'call_1', type: 'function', function: { name: 'f', arguments: args } });
const schemaFormat = (schema: object) => ({
	response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
});
const jsonFormat = { responseFormat: 'json_object' };
const model = (id: string): IDataObject => ({ __rl: true, mode: 'id', value: id });
const invalid = '{"error":{"message":"Request param: n is invalid","type":"request_params_invalid"}}';
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

const through = (send: Send, signal?: AbortSignal): CompleteOptions => ({
	send,
	baseUrl: 'https://api.example/v1',
	clock: nodeClock,
	lane: new Limiter(nodeClock).lane(),
	retries: 0,
	silenceMs: 0,
	totalMs: 0,
	...(signal && { signal }),
});
const sending = (send: Send, signal?: AbortSignal) =>
	thrown(() => complete({ model: 'm', messages: [{ role: 'user', content: 'Hello' }] }, through(send, signal)));
/** A server that accepts no value. */
const refusing400 = () =>
	through(() => Promise.resolve({ status: 400, headers: {}, body: Readable.from([Buffer.from(invalid)]) }));
const refusing = (code: string, details: object = {}) =>
	sending(() => Promise.reject(Object.assign(new Error('x'), { code, ...details })));

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
	return {
		types: { weather: weatherNode(metadata, schema) },
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
	return parted(run.data.resultData.runData['StepFun Chat']![0]!.hints![0]!.message);
}

/** What is shown beside the output of an item with a file, where some requests fail. */
async function noteOf(item: INodeExecutionData, parameters: IDataObject, fault: FaultChooser): Promise<Shown> {
	api.fault(fault);
	const { run } = await runWorkflow({
		credential: customEndpoint(api.url),
		items: [item],
		nodes: [chatNode({ attachments: { values: [{ type: 'document', binaryFields: 'data' }] }, ...parameters })],
	});
	expect(run.status).toBe('success');
	return parted(run.data.resultData.runData['StepFun Chat']![0]!.hints![0]!.message);
}
const pdf = () => file(files.pdf(), 'application/pdf');

/** An item that waits for the minute that the one before it has used up. */
async function heldBack(): Promise<Shown> {
	const { run } = await runWorkflow({
		credential: customEndpoint(api.url),
		items: [{ json: {} }, { json: {} }],
		nodes: [chatNode({ options: { requestsPerMinute: 1 } })],
	});
	return parted(run.data.resultData.runData['StepFun Chat']![0]!.hints![0]!.message);
}

/** Message and hint where n8n shows both as one text. */
function parted(text: string): Shown {
	const [, message, hint = ''] = /^(.*?)(?:\. (.*))?$/s.exec(text)!;
	return { message: message!, hint };
}

/** What a node writes in the console meanwhile. */
async function told(count: number, fault?: Fault): Promise<Shown> {
	if (fault) api.fault([fault]);
	const lines: string[] = [];
	await runWorkflow({
		credential: customEndpoint(api.url),
		items: Array.from({ length: count }, () => ({ json: {} })),
		nodes: [chatNode()],
		additionalData: {
			sendDataToUI: (_: string, data: unknown) => void lines.push(...(data as { messages: string[] }).messages),
		},
	});
	return { message: lines[0]!, hint: '' };
}

/** What an AI node gets of StepFun Chat Model. */
async function fromModel(fault: Fault): Promise<Shown> {
	api.fault(() => ({ ...fault }));
	const asking: INodeType = {
		description: {
			displayName: 'Ask',
			name: 'ask',
			group: ['transform'],
			version: 1,
			description: '',
			defaults: { name: 'Ask' },
			inputs: [NodeConnectionTypes.Main, { type: NodeConnectionTypes.AiLanguageModel, maxConnections: 1 }],
			outputs: [NodeConnectionTypes.Main],
			properties: [],
		},
		async execute() {
			const model = await this.getInputConnectionData(NodeConnectionTypes.AiLanguageModel, 0);
			await (model as { invoke(text: string): Promise<unknown> }).invoke('Hello');
			return [[]];
		},
	};
	const { run } = await runWorkflow({
		credential: customEndpoint(api.url),
		types: { ask: asking, lmChatStepfun: new LmChatStepfun() },
		nodes: [
			{ name: 'Ask', type: 'ask' },
			{
				name: 'Model',
				type: 'lmChatStepfun',
				credentials,
				parameters: { model: { __rl: true, mode: 'id', value: 'step-3.5-flash' }, options: { retries: 0 } },
			},
		],
		connections: {
			Model: {
				ai_languageModel: [[{ node: 'Ask', type: NodeConnectionTypes.AiLanguageModel, index: 0 }]],
			},
		},
	});
	const error = run.data.resultData.error!;
	return { message: error.message, hint: (error.description ?? '').replace(/ \(request ID [\w-]+\)$/, '') };
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

async function withTls(asked = (url: string): string => url): Promise<Shown> {
	const secure = await startEmulator({ tls: selfSigned });
	try {
		return await shown({ credential: customEndpoint(asked(secure.url)) });
	} finally {
		await secure.close();
	}
}

const rule = (status: number): Promise<Shown> => {
	const { properties } = new StepfunApi().test.rules!.find(
		(one) => one.type === 'responseCode' && one.properties.value === status,
	)!;
	return Promise.resolve(parted((properties as { message: string }).message));
};

const cases: Array<[name: string, produce: () => Promise<Shown>]> = [
	['baseUrlNotAnAddress', () => shown({ credential: customEndpoint('localhost') })],
	['baseUrlWithUser', () => shown({ credential: customEndpoint(api.url.replace('//', '//name:password@')) })],
	['addressNotFound', () => shown({ credential: customEndpoint('http://no-such-host.invalid/v1') })],
	['connectionRefused', async () => shown({ credential: customEndpoint(`http://127.0.0.1:${await unusedPort()}/v1`) })],
	['addressUnreachable', () => refusing('EHOSTUNREACH')],
	['tlsFailed', () => withTls()],
	['serverSpeaksHttps', () => withTls((url) => url.replace('https:', 'http:'))],
	['serverSpeaksHttp', () => shown({ credential: customEndpoint(api.url.replace('http:', 'https:')) })],
	['proxyUnreachable', () => refusing('ECONNREFUSED', { syscall: 'connect', address: '127.0.0.1', port: 3128 })],
	['noAnswerInTime', () => refusing('ETIMEDOUT')],
	['connectionClosed', () => withFault({ resetBeforeHeaders: true })],
	['brokeOff', () => withFault({ raw: events(chunk({ content: 'Half an' })) })],
	[
		'addressBlocked',
		() =>
			shown({
				credential: { ...customEndpoint(api.url), allowedHttpRequestDomains: 'domains', allowedDomains: 'example.com' },
			}),
	],
	['requestFailed', () => refusing('EMFILE')],
	['redirected', () => withFault({ redirectTo: 'https://other.example/' })],
	['noChatApi', () => withFault({ status: 404, body: '404 page not found' })],
	['webPage', () => withFault({ body: '<!doctype html>' })],
	['notAStream', () => withFault({ body: 'Hello' })],
	['otherApi', () => withFault({ raw: events({ type: 'response.created', response: {} }) })],
	['notAModelList', () => models({ body: '<!doctype html>' })],
	['noAiSdk', withoutSdk],
	['canceled', canceled],

	['hintsByStatus.400', () => withFault({ status: 400, body: invalid })],
	['unsupportedMedia', () => withAttachment(url('https://example.com/a.png'))],
	['succeededModel', () => withFields({ model: model('step-3') })],
	['retiredModel', () => withFields({ model: model('step-1x-medium') })],
	['silentModel', () => withFields({ model: model('stepaudio-2.5-chat'), modalities: 'textAndAudio' })],
	[
		'modelWithoutSearch',
		() =>
			thrown(() =>
				complete(
					{
						model: 'step-5-preview',
						messages: [{ role: 'user', content: 'Hello' }],
						tools: [{ type: 'web_search', function: { description: 'News' } }],
					},
					refusing400(),
				),
			),
	],
	[
		'noSearchApi',
		() => {
			api.fault(({ url }) => (url.endsWith('/search') ? { status: 404, body: '404 page not found' } : undefined));
			return withFields({ model: model('step-5-preview'), webSearch: true });
		},
	],
	[
		'countedTokens',
		() => {
			const tooLong = '{"error":{"message":"The prompt is too long","type":"context_length_exceeded"}}';
			api.fault(({ url }) =>
				url.endsWith('/token/count') ? { body: '{"data":{"total_tokens":300000}}' } : { status: 400, body: tooLong },
			);
			return withFields({ model: model('step-6-preview') });
		},
	],
	[
		'countedTokensOf',
		() =>
			withFields({
				model: model('step-1o-turbo-vision'),
				messages: { values: [{ role: 'user', content: 'word '.repeat(40_000) }] },
			}),
	],
	[
		'modelWithoutTools',
		() =>
			withFields({
				model: model('step-audio-r1.5'),
				tools: { functions: [{ name: 'a', specifyParameters: 'none' }] },
			}),
	],
	[
		'tooManyOutputTokens',
		() => withFault({ status: 400, body: invalid }, { model: model('step-5-preview'), options: { maxTokens: 70_000 } }),
	],
	['noStepPlan', () => withFault({ status: 400 })],
	['hintsByStatus.401', () => withFault({ status: 401 })],
	['hintsByStatus.402', () => withFault({ status: 402 })],
	['hintsByStatus.403', () => withFault({ status: 403, body: '{"error":{"message":"Forbidden","type":"forbidden"}}' })],
	['hintsByStatus.404', () => withFields({ model: model('step-99') })],
	['hintsByStatus.407', () => withFault({ status: 407, body: '' })],
	['hintsByStatus.413', () => withFault({ status: 413, body: '{"error":{"message":"Too large","type":"too_large"}}' })],
	['hintsByStatus.429', () => fromModel({ status: 429, retryAfter: '0' })],
	['rateLimit', () => withFault({ status: 429, retryAfter: '0' })],
	[
		'quotaExhausted',
		() =>
			withFault({
				status: 429,
				body: '{"error":{"message":"You exceeded your current quota, please check your plan and billing details","type":"insufficient_quota"}}',
			}),
	],
	['longWait', () => fromModel({ status: 429, retryAfter: '7200' })],
	['hintsByStatus.451', () => withFault({ status: 451 })],
	['hintsByStatus.500', () => withFault({ status: 500 })],
	[
		'hintsByStatus.500',
		() => withFault({ status: 408, body: '{"error":{"message":"Request timeout","type":"timeout"}}' }),
	],
	['hintsByStatus.503', () => withFault({ status: 503 })],
	['hintsByStatus.504', () => withFault({ status: 504 })],
	['endedWithError', () => withFault({ raw: events({ error: { message: 'Out of capacity', type: 'capacity' } }) })],
	['errorWithoutMessage', () => withFault({ raw: 'event: error\ndata: {}\n\n' })],
	['brokenFinish', () => withFault({ raw: events(chunk({}, 'error')) })],
	['errorStatus', () => withFault({ status: 502 })],

	[
		'reasoningReachedMaxTokens',
		() => withFault(answered({ content: '', reasoning: 'Hm' }, 'length'), { options: { maxTokens: 20 } }),
	],
	['reasoningReachedModelLimit', () => withFault(answered({ content: '', reasoning: 'Hm' }, 'length'))],
	['answerBlocked', () => withFault(answered({ content: 'Well' }, 'content_filter'))],
	['noAnswer', () => withFault(answered({ content: '' }, 'stop'))],
	['reasoningOnly', () => withFault(answered({ content: '', reasoning: 'Hm' }, 'stop'))],
	[
		'reasoningOnlyAfterTools',
		() => {
			const call = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } };
			api.fault([
				answered({ content: '', tool_calls: [call] }, 'tool_calls'),
				answered({ content: '', reasoning: 'Sunny' }, 'stop'),
			]);
			return withTool();
		},
	],
	[
		'jsonReachedMaxTokens',
		() => withFault(answered({ content: '{"a":' }, 'length'), { ...jsonFormat, options: { maxTokens: 20 } }),
	],
	['jsonReachedModelLimit', () => withFault(answered({ content: '{"a":' }, 'length'), jsonFormat)],
	['jsonTooDeep', () => withFault(answered({ content: '['.repeat(100_000) }, 'stop'), jsonFormat)],
	['argumentsTooDeep', () => withFault(answered({ content: '', tool_calls: [callOf('['.repeat(100_000))] }, 'stop'))],
	['tooManyCalls', () => withFault({ raw: events(chunk({ tool_calls: Array(1_001).fill({ id: 'a' }) })) })],
	['tooManyChoices', () => withFault({ raw: events({ choices: Array(129).fill({}) }) })],
	['tooManyValues', () => withFault({ raw: `data: [${'{},'.repeat(500_001)}{}]\n\n` })],
	['answerTooDeep', () => withFault({ raw: `data: {"choices":${'['.repeat(100_000)}\n\n` })],
	['notJson', () => withFault(answered({ content: 'Sure!' }, 'stop'), jsonFormat)],
	[
		'schemaViolation',
		() => withFault(answered({ content: '{"title": 5}' }, 'stop'), { responseFormat: 'json_schema' }),
	],
	[
		'tooManyIterations',
		() => {
			const call = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } };
			api.fault(() => answered({ content: '', tool_calls: [call] }, 'tool_calls'));
			return withTool({ options: { maxToolsIterations: 1 } });
		},
	],
	['silence', () => withFault({ stallBeforeHeaders: true }, { options: { timeout: 50 } })],
	['totalTimeout', () => withFault({ stallBeforeHeaders: true }, { options: { totalTimeout: 50 } })],
	['emptyAnswer', () => withFault({ body: '' })],
	['incompleteJson', () => withFault({ body: '{"id":"x","choices":[{"mess' })],
	['notACompletion', () => withFault({ raw: events(7) })],
	['noChoices', () => withFault({ body: '{"id":"x","choices":[]}' })],
	['incompleteEvent', () => withFault({ raw: 'data: {"a":}\n\n' })],
	['answerTooLong', answerTooLong],
	['partTooLarge', () => withFault({ raw: `data: "${mb(25)}` })],

	['modelEmpty', () => withFields({ model: model('={{ "" }}') })],
	['noValue', () => withFields({ messages: { values: [{ role: 'user', content: '={{ $json.nope }}' }] } })],
	['noValue', () => withFields({ specifyMessages: 'json', messagesJson: '={{ $json.nope }}' })],
	['noValue', () => withAttachment(url('={{ $json.nope }}'))],
	['numberOutOfRange', () => withOptions({ temperature: 7 })],
	['numberOutOfRange', () => withOptions({ maxTokens: '={{ "many" }}' })],
	['notTexts', () => withOptions({ stop: '={{ {a: 1} }}' })],
	['unsupportedEffort', () => withFields({ reasoningEffort: '={{ "none" }}' })],
	['unknownReasoningFormat', () => withOptions({ reasoningFormat: '={{ "xml" }}' })],
	['jsonFieldTooDeep', () => withFields({ specifyMessages: 'json', messagesJson: '['.repeat(100_000) })],
	['invalidJson', () => withFields({ specifyMessages: 'json', messagesJson: '[{"role": "user",, }]' })],
	['extraFieldsNotAnObject', () => withOptions({ extraBody: '[1]' })],
	['extraFieldKind', () => withOptions({ extraBody: '{"temperature": 3}' })],
	[
		'messagesInExtraBody',
		() => {
			const fields: IDataObject = {
				model: 'm',
				options: { extraBody: '{"messages": [{"role": "user", "content": "x"}]}' },
			};
			const getNodeParameter = (name: string, _: number, fallback: unknown) => fields[name] ?? fallback;
			return thrown(() => readCommonRequest({ getNodeParameter } as never, 0, fields['options'] as IDataObject));
		},
	],
	['exampleNotAnObject', () => withFields({ responseFormat: 'json_schema', jsonSchemaExample: '[1]' })],
	['notASchema', () => withTools([{ name: 'a', parameters: { title: 'x' } }])],
	['invalidSchema', () => withOptions({ extraBody: JSON.stringify(schemaFormat({ $ref: 'https://example.com' })) })],
	['invalidSchema', () => withTools([{ name: 'a', parameters: { type: 'text' } }])],
	[
		'schemaField',
		() => withFields({ responseFormat: 'json_schema', schemaType: 'manual', inputSchema: '{"title": "x"}' }),
	],
	['schemaField', () => withFunction({ name: 'a', specifyParameters: 'schema', parametersSchema: '{"type": "text"}' })],

	['messagesNotAList', () => withMessages({ role: 'user', content: 'Hello' })],
	['noMessages', () => withMessages([])],
	[
		'noUserMessage',
		() =>
			withMessages([{ role: 'system', content: 'Be brief' }], {
				attachments: { values: [url('https://example.com/a.png')] },
			}),
	],
	['messageNotAnObject', () => withMessages(['Hello'])],
	['noRole', () => withMessages([{ content: 'Hello' }])],
	['unknownRole', () => withMessages([{ role: 'developer', content: 'Hello' }])],
	['emptyContent', () => withFields({ messages: { values: [{ role: 'user', content: '={{ "" }}' }] } })],
	['emptyContent', () => withMessages([{ role: 'user', content: [] }])],
	['noContentValue', () => withMessages([{ role: 'user', content: null }])],
	[
		'contentNotText',
		() => {
			const content: { itself?: unknown } = {};
			content.itself = content;
			return thrown(() => readMessages([{ role: 'user', content }]));
		},
	],
	['noToolCallId', () => withMessages([{ role: 'tool', content: 'sunny' }])],
	['toolCallsNotAList', () => withMessages([{ role: 'assistant', content: 'x', tool_calls: {} }])],
	['incompleteToolCall', () => withMessages([{ role: 'assistant', content: 'x', tool_calls: [{}] }])],
	['noPartText', () => withPart({ type: 'text' })],
	['noPartType', () => withPart({ text: 'Hello' })],
	['unknownPartType', () => withPart({ type: 'file' })],
	['noPartSource', () => withPart({ type: 'image_url' })],
	[
		'unknownDetail',
		() => withPart({ type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'ultra' } }),
	],

	['attachmentEmpty', () => withAttachment(url('={{ "" }}'))],
	['noFileOfType', () => withAttachment({})],
	['noFileOfType', () => withAttachment({ binaryFields: '={{ "" }}' })],
	['noSuchFile', () => withAttachment({ binaryFields: 'data' })],
	['noSuchFile', () => withAttachment({ binaryFields: 'photo' }, file(files.png(), 'image/png'))],
	['fileGone', () => withAttachment({}, storedFile(0))],
	['fileGone', () => withAttachment({}, file(Buffer.alloc(0), 'image/png'))],
	['fileGone', () => withAttachment({}, deletedFile())],
	['unreadableAttachment', () => withAttachment({}, storedFile(10, new Error('ENOENT: no such file or directory')))],
	['changedAttachment', () => withAttachment({}, storedFile(10, Buffer.alloc(20)))],
	[
		'notBase64',
		() =>
			withAttachment({}, { json: {}, binary: { data: { data: `${mb(0.3)}!!!!${mb(0.3)}`, mimeType: 'image/png' } } }),
	],
	['unsupportedType', () => withAttachment({}, file(files.ogg(), 'audio/ogg'))],
	['animatedGif', () => withAttachment({}, file(files.gif(2), 'image/gif'))],
	['noImageAddress', () => withAttachment(url('photo.jpg'))],
	['noVideoAddress', () => withAttachment({ type: 'video', ...url('film.mp4') })],
	['noAudioData', () => withAttachment({ type: 'audio', ...url('https://example.com/a.mp3') })],
	['notBase64', () => withAttachment({ source: 'base64', base64: 'data:image/png;base64,iVBORw0KGgoAAAA' })],
	['tooManyImages', () => withAttachment({ source: 'url', url: '={{ Array(61).fill("https://example.com/a.png") }}' })],
	['imagesTooLarge', () => withAttachment({}, { json: {}, binary: { data: { data: mb(21), mimeType: 'image/png' } } })],
	[
		'videoTooLarge',
		() => withAttachment({ type: 'video' }, { json: {}, binary: { data: { data: mb(129), mimeType: 'video/mp4' } } }),
	],
	[
		'audioTooLarge',
		() => withAttachment({ type: 'audio' }, { json: {}, binary: { data: { data: mb(8), mimeType: 'audio/mpeg' } } }),
	],
	[
		'unsupportedFile',
		() =>
			thrown(() =>
				toMessages([{ role: 'user', content: [{ type: 'file', mediaType: 'application/pdf', data: 'JVBERi0=' }] }]),
			),
	],

	['documentAmongMedia', () => withAttachment({}, file(files.pdf(), 'application/pdf'))],
	['notADocument', () => withDocument(files.png(), 'image/png')],
	['notText', () => withDocument(Buffer.concat([Buffer.alloc(5000, 'a'), Buffer.from([0xff, 0])]), 'text/plain')],
	['documentTooLarge', () => withDocument(Buffer.alloc(11 * 2 ** 20, 'a'), 'text/plain')],
	['documentEmpty', () => withDocument(Buffer.from(' \n '), 'text/plain')],
	['tooLongForModel', () => withDocument(Buffer.from('lamp '.repeat(300_000)), 'text/plain')],
	['documentScanned', () => withPdf({ fileText: '' })],
	['documentFailed', () => withPdf({ fileStatuses: ['parse_failed'] })],
	['documentNotReady', () => withPdf({ fileStatuses: ['processing'] })],
	['documentTextTooLarge', () => withPdf({ fileText: 'a'.repeat(10 * 2 ** 20 + 1) })],
	['noFilesApi', () => withPdf({}, ({ method }) => (method === 'POST' ? { status: 404, body: '' } : undefined))],
	['notAFile', () => withPdf({}, ({ method }) => (method === 'POST' ? { body: '<html>' } : undefined))],
	['fileRefused', () => withPdf({ fileLimit: 0 })],
	[
		'fileVanished',
		() =>
			withPdf({}, ({ url: path }) =>
				path.endsWith('/content') ? { status: 404, body: '{"error":{"message":"not found"}}' } : undefined,
			),
	],

	['noToolName', () => withFunction({ name: '' })],
	['toolNameCharacter', () => withFunction({ name: 'get weather' })],
	['toolNameCharacter', () => withFunction({ name: '天气' })],
	['toolNameTwice', () => withTools([{ name: 'a' }, { name: 'a' }])],
	['tooManyTools', () => withTools(Array.from({ length: 129 }, (_, i) => ({ name: `f${i}` })))],
	['parametersNotAnObject', () => withTools([{ name: 'a', parameters: { type: 'string' } }])],
	['toolsNotAList', () => withTools({ name: 'a' })],
	['toolNotAnObject', () => withTools(['a'])],
	['noToolFunction', () => withTools([{ type: 'web_search' }])],
	['unknownToolType', () => withTools([{ type: 'computer' }])],
	['severalCompletionsWithTools', () => withTool({ options: { n: 2 } })],
	['toolNeedsApproval', () => withTool({}, { gatedToolNodeName: 'Approval' })],
	['unreadableParameters', () => withTool({}, undefined, { _def: { typeName: 'ZodObject' } })],

	['answersCutOff', () => note(answered({ content: 'Once upon' }, 'length'))],
	['answersBlocked', () => note(twoAnswers('stop', 'content_filter'))],
	['answersSilent', () => note([], { modalities: 'textAndAudio' })],
	[
		'argumentsNotJson',
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
	['answersCorrected', () => note(answered({ content: 'Sure!' }, 'stop'), jsonFormat)],
	['rateLimited', () => note({ status: 429, retryAfter: '0' })],
	['heldBack', heldBack],
	['filesLeft', () => noteOf(pdf(), {}, ({ method }) => (method === 'DELETE' ? { status: 500 } : undefined))],
	[
		'notUploaded',
		() =>
			noteOf(
				file(files.mp4(6 * 2 ** 20), 'video/mp4'),
				{
					model: { __rl: true, mode: 'id', value: 'step-3.7-flash' },
					attachments: { values: [{ type: 'video', binaryFields: 'data' }] },
					options: { uploadLargeFiles: true },
				},
				({ url: path }) => (path.endsWith('/files') ? { status: 404 } : undefined),
			),
	],
	['itemsDone', () => told(20)],
	['waiting', () => told(1, { status: 429, retryAfter: '7' })],
	['keyRefused', () => rule(401)],
	['noModelsAtAddress', () => rule(404)],
];

test.each(cases)('%s', async (name, produce) => {
	const { message, hint } = await produce();
	const found = rowOf({ message, hint });
	met.add(found);
	expect({ message, hint, name: found?.name }).toEqual({ message, hint, name });
});

test('every row of the table was produced', () => {
	expect(rows.filter((row) => !met.has(row))).toEqual([]);
});
