import { asRecord, isBlank } from '../json';
import { readToolCall } from './chunk';
import { MAX_ANSWER_CHARACTERS, rest } from './completion';
import * as texts from './texts';
import { ToolCallAssembler } from './tool-calls';
import { beyondLimit } from './unreadable';

type Fields = Record<string, unknown>;

/** What a value weighs beside its text, in characters. */
const OVERHEAD = 50;

/** Texts that name something and are not continued by the next piece. */
const LABELS: ReadonlySet<string> = new Set([
	'index',
	'role',
	'id',
	'type',
	'name',
	'object',
	'model',
	'format',
	'status',
	'mime_type',
	'agent',
]);

interface RawChoice {
	/** What is said of the choice, with its message. */
	fields: Fields;
	hasPieces: boolean;
	/** Tells which call a piece of one belongs to. */
	assembler: ToolCallAssembler;
	/** The calls by their places. */
	calls: Fields[];
}

/**
 * The server's own chat.completion object. A JSON answer is it as it stands; of a stream it is put together from all that the chunks
 * say, under their names, as OpenAI's libraries do it: the texts and lists of deltas are joined, of anything else the last one
 * counts that says something, and `delta` becomes `message`. Nothing is added; what the server did not send is absent. Of spoken
 * answers the base64 is left out, since the Completion holds the sound.
 */
export class RawCompletion {
	private readonly fields: Fields = {};
	private readonly choices = new Map<string, RawChoice>();
	/** Entries of lists by their own index. */
	private readonly byIndex = new WeakMap<unknown[], Map<unknown, Fields>>();
	private size = 0;

	/**
	 * @param chunk A chunk of a stream, or a whole answer, as it was parsed. It may become a part of the result.
	 * @throws StepfunError `answer_too_large` for more than twice {@link MAX_ANSWER_CHARACTERS}, since reasoning comes under two names.
	 */
	add(chunk: Fields): void {
		for (const name in chunk) {
			if (name === 'choices' && Array.isArray(chunk[name])) this.addChoices(chunk[name]);
			else this.take(this.fields, name, chunk[name]);
		}
		if (this.size > 2 * MAX_ANSWER_CHARACTERS) {
			throw beyondLimit(texts.answerTooLong((2 * MAX_ANSWER_CHARACTERS) / 2 ** 20));
		}
	}

	/** What has arrived so far; choices in the order of their index. */
	build(): Fields {
		const { object, choices } = this.fields;
		return {
			...this.fields,
			...(object === 'chat.completion.chunk' && { object: 'chat.completion' }),
			...(choices !== undefined && {
				choices: [...this.choices.entries()].sort(([a], [b]) => Number(a) - Number(b)).map(([, { fields }]) => fields),
			}),
		};
	}

	private addChoices(choices: unknown[]): void {
		// Holds the place among the fields.
		this.fields['choices'] ??= [];
		for (const [position, value] of choices.entries()) {
			const fields = asRecord(value);
			if (fields) this.addChoice(fields, String((fields['index'] as string | number | undefined) ?? position));
		}
	}

	private addChoice(fields: Fields, index: string): void {
		let choice = this.choices.get(index);
		if (!choice) {
			choice = { fields: {}, hasPieces: false, assembler: new ToolCallAssembler(), calls: [] };
			this.choices.set(index, choice);
		}
		for (const name in fields) {
			const value = fields[name];
			const message = asRecord(value);
			if (name === 'delta') this.addPiece(choice, message ?? {});
			else if (name === 'message' && message) this.addMessage(choice, message);
			else if (name === 'logprobs') this.join(choice.fields, name, value);
			else this.take(choice.fields, name, value);
		}
	}

	private addPiece(choice: RawChoice, piece: Fields): void {
		const message = messageOf(choice);
		choice.hasPieces = true;
		for (const name in piece) {
			if (name === 'tool_calls' && Array.isArray(piece[name])) this.addCalls(choice, piece[name]);
			else this.join(message, name, withoutSound(name, piece[name]));
		}
	}

	private addCalls(choice: RawChoice, pieces: unknown[]): void {
		messageOf(choice)['tool_calls'] ??= choice.calls;
		for (const [position, piece] of pieces.entries()) {
			const delta = readToolCall(piece);
			const placed = delta && choice.assembler.put(delta, position, false);
			if (placed && !placed.repeated) this.joinFields((choice.calls[placed.place] ??= {}), piece as Fields);
		}
	}

	/** A whole message: the message, or, after pieces or another one, what these did not say. */
	private addMessage(choice: RawChoice, whole: Fields): void {
		const message = messageOf(choice);
		for (const name in whole) {
			const [before, value] = [own(message, name), withoutSound(name, whole[name])];
			if (typeof before === 'string' && typeof value === 'string' && !LABELS.has(name)) {
				this.join(message, name, rest(before, value, choice.hasPieces));
			} else if (isBlank(before)) this.take(message, name, value);
		}
	}

	/** Joins what a piece says under a name to what was said. */
	private join(into: Fields, name: string, value: unknown): void {
		const before = own(into, name);
		if (typeof before === 'string' && typeof value === 'string' && !LABELS.has(name)) {
			into[name] = before + value;
			this.size += value.length;
		} else if (Array.isArray(before) && Array.isArray(value) && name !== 'results') this.joinLists(before, value);
		else if (asRecord(before) && asRecord(value)) this.joinFields(before as Fields, value as Fields);
		else this.take(into, name, value);
	}

	private joinFields(into: Fields, fields: Fields): void {
		for (const name in fields) this.join(into, name, fields[name]);
	}

	/** Entries with an index go on with the one of the same index; others are further ones. */
	private joinLists(into: unknown[], entries: unknown[]): void {
		const known = this.byIndex.get(into) ?? indexed(into);
		this.byIndex.set(into, known);
		for (const entry of entries) {
			const fields = asRecord(entry);
			const before = known.get(fields?.['index']);
			if (fields && before) {
				this.joinFields(before, fields);
				continue;
			}
			into.push(entry);
			this.size += weightOf(entry);
			if (fields?.['index'] !== undefined) known.set(fields['index'], fields);
		}
	}

	/** The last one counts, but one that says nothing does not undo what was said. */
	private take(into: Fields, name: string, value: unknown): void {
		if (name === '__proto__') return;
		const isKnown = Object.hasOwn(into, name);
		if (isKnown && (into[name] === value || isBlank(value))) return;
		this.size += weightOf(value) - (isKnown ? weightOf(into[name]) : 0);
		into[name] = value;
	}
}

/** What a message says under a name, without the base64 of its sound. */
function withoutSound(name: string, value: unknown): unknown {
	const audio = name === 'audio' ? asRecord(value) : undefined;
	if (typeof audio?.['data'] !== 'string') return value;
	const { data: _, ...others } = audio;
	return others;
}

/** What an object holds under a name, and not what JavaScript gives every object under it. */
const own = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);

const indexed = (list: unknown[]): Map<unknown, Fields> =>
	new Map(
		list
			.map(asRecord)
			.filter((fields) => fields?.['index'] !== undefined)
			.map((fields) => [fields!['index'], fields!]),
	);

/** About how much of memory a value takes, in characters. */
function weightOf(value: unknown): number {
	if (typeof value === 'string') return OVERHEAD + value.length;
	if (value === null || typeof value !== 'object') return OVERHEAD;
	let weight = OVERHEAD;
	for (const inner of Object.values(value)) weight += weightOf(inner);
	return weight;
}

/** The message of a choice, in which its pieces are joined. */
const messageOf = (choice: RawChoice): Fields => (choice.fields['message'] ??= {}) as Fields;

/** The numbers of two objects of the same kind, added up; of anything else, the second one's. */
export function addedUp(a: unknown, b: unknown): unknown {
	if (typeof a === 'number' && typeof b === 'number') return a + b;
	const [before, after] = [asRecord(a), asRecord(b)];
	if (!before || !after) return b ?? a;
	const names = new Set([...Object.keys(before), ...Object.keys(after)]);
	return Object.fromEntries([...names].map((name) => [name, addedUp(before[name], after[name])]));
}
