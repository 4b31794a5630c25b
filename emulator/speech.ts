/** What audio-chat's guide says of streamed sound: 24 kHz, one channel, 16 bit (https://platform.stepfun.com/docs/zh/guides/developer/audio-chat). */
const rate = 24_000;
/** Of one token, in samples; odd, so that its base64 is padded. */
const samples = 1_201;

/** A spoken token: a tone whose pitch its characters decide, as raw PCM. */
export function speakToken(token: string): Buffer {
	const pitch = 200 + ([...token].reduce((sum, letter) => sum + letter.codePointAt(0)!, 0) % 400);
	const sound = Buffer.alloc(samples * 2);
	for (let i = 0; i < samples; i++) {
		sound.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * pitch * i) / rate)), i * 2);
	}
	return sound;
}

/** Raw PCM as a WAV file. */
export function toWav(pcm: Buffer): Buffer {
	const numbers = (...values: Array<[value: number, bytes: 2 | 4]>): Buffer =>
		Buffer.concat(
			values.map(([value, bytes]) => {
				const field = Buffer.alloc(bytes);
				field.writeUIntLE(value, 0, bytes);
				return field;
			}),
		);
	return Buffer.concat([
		Buffer.from('RIFF'),
		numbers([36 + pcm.length, 4]),
		Buffer.from('WAVEfmt '),
		numbers([16, 4], [1, 2], [1, 2], [rate, 4], [rate * 2, 4], [2, 2], [16, 2]),
		Buffer.from('data'),
		numbers([pcm.length, 4]),
		pcm,
	]);
}
