import { startEmulator, type Emulator } from '../../emulator';
import { chatNode, customEndpoint, runWorkflow } from './harness';

let api: Emulator;
beforeAll(async () => {
	api = await startEmulator();
});
afterEach(() => api.reset());
afterAll(() => api.close());

const credential = () => customEndpoint(api.url);

test('answers one completion per input item, with expressions of that item', async () => {
	const { json, items, run } = await runWorkflow({
		items: [{ json: { topic: 'tea' } }, { json: { topic: 'rain' } }],
		credential: credential(),
		nodes: [chatNode({ messages: { values: [{ role: 'user', content: '=Tell me about {{ $json.topic }}' }] } })],
	});
	expect(json('StepFun Chat').map(({ content }) => content)).toEqual([expect.stringContaining('tea'), expect.stringContaining('rain')]);
	expect(items('StepFun Chat').map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
	expect(run.status).toBe('success');
});
