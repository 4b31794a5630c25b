/**
 * Shows that the tests of stepfun/ notice when a rule is broken: puts one fault at a time into a copy of the code, runs the tests
 * of stepfun/ on it, and counts the faults that no test noticed. Ends with status 1 when there is one.
 *
 *   npx tsx scripts/mutate.ts [file]
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.join(__dirname, '..');

/** File, what stands there, and what is put in its place. */
const FAULTS: ReadonlyArray<readonly [file: string, code: string, fault: string]> = [
	['answer', 'decoder.decode(bytes, { stream: true })', 'decoder.decode(bytes)'],
	['answer', "text.replace(/\\r\\n?|\\n/g, '\\n\\n')", "text.replace(/\\n/g, '\\n\\n')"],
	['answer', "text.replace(/\\r\\n?|\\n/g, '\\n\\n')", 'text'],
	['answer', 'maxBufferSize: MAX_EVENT_CHARACTERS,', ''],
	['answer', "if (data === '' || this.done) return;", 'if (this.done) return;'],
	['answer', "if (data === '' || this.done) return;", "if (data === '') return;"],
	['answer', "this.feed('\\n');", ''],
	['answer', 'if (said) throw serverError(said, { requestId });', ''],
	['answer', 'else if (this.pending.length === 0) this.done = true;', 'else this.done = true;'],
	['answer', "if (quoted && character === '\\\\') i += 1;\n\t\telse if", 'if'],
	['answer', 'if (this.pending.length > 0) this.giveUp();', ''],
	[
		'chunk',
		"text(message['reasoning']) || text(message['reasoning_content'])",
		"text(message['reasoning']) + text(message['reasoning_content'])",
	],
	['chunk', "count(usage['cached_tokens']) || ", ''],
	['chunk', 'whole: delta === undefined', 'whole: false'],
	['chunk', 'return JSON.stringify(value);', 'return String(value);'],
	['completion', 'delta.finishReason || choice.finishReason', 'delta.finishReason'],
	['completion', 'chunk.usage.total_tokens > 0 || !this.usage', 'true'],
	['completion', '.sort(([a], [b]) => a - b)', ''],
	['completion', 'this.choices.size > 0 && ', ''],
	['completion', 'this.size += CHOICE_OVERHEAD;', ''],
	['tool-result', "result.startsWith('[{') ? tryParseJson(result) : result", 'result'],
	['tool-result', 'texts.includes(undefined) ? undefined : ', ''],
	['tool-result', "text || '(no tool output)'", 'text'],
	['tool-result', "block?.['mimeType'] ?? ", ''],
	['tool-calls', 'if (same) return same;', ''],
	['tool-calls', "unnamed?.id === '' ? unnamed : undefined", 'unnamed'],
	['tool-calls', 'if (delta.index !== undefined) return atIndex;', ''],
	['tool-calls', 'if (position > 0 || !last) return undefined;', 'if (!last) return undefined;'],
	['tool-calls', 'return beginsAnother ? undefined : last;', 'return last;'],
	[
		'tool-calls',
		'const found = whole ? undefined : this.find(delta, position);',
		'const found = this.find(delta, position);',
	],
	['tool-calls', 'id: id || `call_${position}`', 'id'],
	['check-answer', "&& choice.finish_reason !== 'content_filter'", ''],
	['check-answer', "finish === 'stop' && request.stop", 'request.stop'],
	['complete', '|| shown ||', '||'],
	['complete', '|| hasContent(error.partial)', ''],
	['complete', 'if (!isRefused || pacer.letIn === letIn) tries += 1;', 'tries += 1;'],
	['complete', 'if (!isRefused || pacer.letIn === letIn) tries += 1;', 'if (!isRefused) tries += 1;'],
	['complete', '!error.retryable || ', ''],
	['complete', 'if (!ended && !builder.finished)', 'if (false)'],
	['complete', 'checkAnswered(completion, request);', ''],
	['complete', '2 ** (tries - 1)', '1'],
	['complete', 'response?.body.destroy();', ''],
	['complete', 'watch.pause();', ''],
	['complete', 'pacer.leave();', ''],
	[
		'complete',
		'error.message = withoutKey(withoutEcho(error.message, textsOf(request.messages)), options.apiKey);',
		'',
	],
	['watch', 'if (!stopped.aborted) this.ended.abort', 'this.ended.abort'],
	['watch', 'this.sign();\n\t\tif (silenceMs', 'if (silenceMs'],
	['pacing', 'this.limit = pLimit(options.maxConcurrent);', 'this.limit = pLimit(options.maxConcurrent + 1);'],
	['pacing', 'this.options.signal?.throwIfAborted();', ''],
	['pacing', 'this.underWay >= this.places', 'false'],
	['pacing', 'this.places += 1;', ''],
	['pacing', 'this.places = places;', ''],
	['pacing', 'this.hold(retryAfterMs);', ''],
	['pacing', '&& /\\bRPM\\b/i.test(message)', ''],
	['pacing', 'this.rateRefusals += 1;', ''],
	['pacing', 'const MINUTE_MS = 61_000;', 'const MINUTE_MS = 50_000;'],
	['errors', 'status === 429 || status >= 500', 'status >= 500'],
	['errors', 'status === 429 || status >= 500', 'status === 429 || status > 500'],
	['errors', 'censorship_blocked: 451,', ''],
	['errors', 'seconds * 1000', 'seconds'],
	['errors', 'Math.max(0, date - now)', 'date - now'],
	['errors', 'if (status >= 300 && status < 400) {', 'if (false) {'],
	['errors', 'redact(said.message, LONGEST_MESSAGE)', 'said.message'],
	['endpoint', "[/[?#].*$/, ''],", ''],
	['endpoint', "[/(?:\\/v1)+$/, '/v1'],", ''],
	['models', 'OTHER_TYPES.test(type)', 'OTHER_IDS.test(id)'],
];

const copy = mkdtempSync(path.join(tmpdir(), 'stepfun-mutate-'));
for (const name of [
	'stepfun',
	'credentials',
	'emulator',
	'test',
	'nodes',
	'jest.config.js',
	'package.json',
	'tsconfig.json',
])
	cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));

/** Only the tests of stepfun/, the one named for the file first; stops at the first that fails. */
function noticed(file: string): boolean {
	const jest = path.join(root, 'node_modules/jest/bin/jest.js');
	const run = (pattern: string): boolean =>
		spawnSync(
			process.execPath,
			[jest, '--bail', '--silent', '--coverage=false', '--selectProjects=unit', '--testPathPatterns', pattern],
			{ cwd: copy, timeout: 60_000 },
		).status !== 0;
	return (
		run(`test/stepfun/${file === 'check-answer' ? 'complete' : file}\\.test`) ||
		run('test/stepfun/(?:answer|completion|complete|pacing|errors)\\.test')
	);
}

const only = process.argv[2];
const survivors: string[] = [];
let killed = 0;
try {
	if (noticed('completion')) throw new Error('The tests fail without any fault');
	for (const [file, code, fault] of FAULTS) {
		if (only && only !== file) continue;
		const target = path.join(copy, 'stepfun', `${file}.ts`);
		const original = readFileSync(target, 'utf8');
		if (!original.includes(code)) throw new Error(`stepfun/${file}.ts no longer holds: ${code}`);
		writeFileSync(
			target,
			original.replace(code, () => fault),
		);
		const line = `stepfun/${file}.ts: ${code} -> ${fault || '(nothing)'}`;
		if (noticed(file)) killed += 1;
		else survivors.push(line);
		console.log(`${survivors.at(-1) === line ? 'SURVIVED' : 'noticed '} ${line}`);
		writeFileSync(target, original);
	}
} finally {
	rmSync(copy, { recursive: true, force: true });
}
console.log(`${killed} of ${killed + survivors.length} faults were noticed`);
if (survivors.length > 0) process.exitCode = 1;
