/**
 * A few calls to the real API, when STEPFUN_API_KEY is set: models, one answer, one stream with reasoning, one tool call.
 * STEPFUN_REGION (international, china) and STEPFUN_PLAN (standard, stepPlan) choose the endpoint; STEPFUN_MODEL the model.
 */
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../stepfun/client/clock';
import { baseUrl, type EndpointSettings } from '../stepfun/client/endpoint';
import { Limiter } from '../stepfun/client/limiter';
import { complete } from '../stepfun/complete';
import { listModels } from '../stepfun/list-models';
import type { ChatRequest } from '../stepfun/types';
import { undiciSend } from '../test/send';

const clock: Clock = {
	now: Date.now,
	random: Math.random,
	sleep: (ms, signal) => setTimeout(ms, undefined, { ...(signal && { signal }) }),
};
const apiKey = process.env['STEPFUN_API_KEY']?.trim();
const model = process.env['STEPFUN_MODEL'] ?? 'step-3.5-flash';

async function main(): Promise<void> {
	if (!apiKey) {
		console.log('Set STEPFUN_API_KEY to call the real API; nothing was called.');
		return;
	}
	const url = baseUrl({
		region: (process.env['STEPFUN_REGION'] ?? 'international') as EndpointSettings['region'],
		plan: (process.env['STEPFUN_PLAN'] ?? 'standard') as EndpointSettings['plan'],
	});
	const send = undiciSend(apiKey);
	const lane = new Limiter(clock).lane({ requestsPerMinute: 10 });
	const ask = (request: Omit<ChatRequest, 'model'>) =>
		complete({ model, ...request } as ChatRequest, {
			send,
			baseUrl: url,
			clock,
			lane,
			retries: 3,
			silenceMs: 120_000,
			totalMs: 0,
		});

	console.log('models:', (await listModels({ send, baseUrl: url })).join(', '));
	console.log(
		'answer:',
		JSON.stringify(await ask({ messages: [{ role: 'user', content: 'Say hello in one word.' }], stream: false })),
	);
	console.log(
		'stream:',
		JSON.stringify(await ask({ messages: [{ role: 'user', content: 'What is 17 * 23?' }], reasoning_effort: 'low' })),
	);
	const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
	const tools = [
		{ type: 'function' as const, function: { name: 'get_weather', description: 'The weather of a city', parameters } },
	];
	console.log(
		'tools:',
		JSON.stringify(await ask({ messages: [{ role: 'user', content: 'What is the weather in Shanghai?' }], tools })),
	);
	await send.close();
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
