import { useEmulator } from '../use-emulator';
import { ask, send } from './client';

const emulator = useEmulator();
const audio = { voice: 'wenrounansheng', format: 'wav' };
const spoken = { model: 'step-audio-2', modalities: ['text', 'audio'], audio };

test.each(['live', 'documented'] as const)('a whole answer is a WAV file with its transcript: %s', async (dialect) => {
	emulator.options.dialect = dialect;
	const { choices } = (await send(emulator, ask('Hi', spoken))).json;
	expect(choices[0].finish_reason).toBeNull();
	expect(choices[0].message).not.toHaveProperty('content');
	expect(choices[0].message.audio.transcript).toContain('You asked: "Hi"');
	const wav = Buffer.from(choices[0].message.audio.data, 'base64');
	expect(wav.toString('latin1', 0, 16)).toMatch(/^RIFF[^]{4}WAVEfmt $/);
	expect(wav.readUInt32LE(40)).toBe(wav.length - 44);
});

test.each(['live', 'documented'] as const)('a stream is raw PCM, each piece base64 of its own: %s', async (dialect) => {
	emulator.options.dialect = dialect;
	const body = ask('Hi', { ...spoken, audio: { ...audio, format: 'pcm' }, stream: true });
	const { text } = await send(emulator, body);
	const pieces = [...text.matchAll(/"data":"([^"]+)"/g)].map((match) => match[1]!);
	expect(pieces.length).toBeGreaterThan(5);
	for (const piece of pieces) expect(Buffer.from(piece, 'base64').toString('base64')).toBe(piece);
	expect(pieces.some((piece) => piece.endsWith('='))).toBe(true);
	expect(text).not.toContain('UklGR');
});

test.each([
	['stepaudio-2.5-chat refuses audio', { model: 'stepaudio-2.5-chat' }, 'modalities'],
	['no voice', { audio: { format: 'wav' } }, 'audio.voice'],
	['pcm without a stream', { audio: { ...audio, format: 'pcm' } }, 'audio.format'],
	['wav in a stream', { stream: true }, 'audio.format'],
	['an unknown modality', { modalities: ['video'] }, 'modalities'],
])('400: %s', async (_, changes, param) => {
	const answer = await send(emulator, ask('Hi', { ...spoken, ...changes }));
	expect(answer.status).toBe(400);
	expect(answer.json.error.message).toContain(`Request param: ${param} is invalid`);
});

test('models that do not speak ignore it, and speakers without it write', async () => {
	for (const changes of [{ model: 'step-3.5-flash' }, { modalities: ['text'] }, { modalities: undefined }]) {
		const { choices } = (await send(emulator, ask('Hi', { ...spoken, ...changes }))).json;
		expect(choices[0].message.content).toContain('You asked');
		expect(choices[0].message).not.toHaveProperty('audio');
	}
});

test('step-audio-r1.5 takes no tools', async () => {
	const tools = [{ type: 'function', function: { name: 'f' } }];
	const answer = await send(emulator, ask('Hi', { ...spoken, model: 'step-audio-r1.5', tools }));
	expect(answer).toMatchObject({ status: 400, json: { error: { type: 'unsupported_content_type' } } });
});
