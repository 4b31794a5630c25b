/** What may come next in JSON; `first` is what stands right behind an opening bracket. */
type Expected = 'value' | 'first value' | 'name' | 'first name' | 'colon' | 'comma' | 'nothing';

/** Any but a string. */
const TOKEN = /[{}[\],:]|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const BLANKS = /[ \t\r\n]*/y;

/** Where a text that is no JSON stops being some: the offset of what cannot stand there, or of the end. */
export function offsetOfError(text: string): number {
	const open: string[] = [];
	let expected: Expected = 'value';
	let end = 0;
	for (let at = skip(BLANKS, text, 0); at < text.length; at = skip(BLANKS, text, at)) {
		end = text[at] === '"' ? endOfString(text, at) : skip(TOKEN, text, at);
		const next = nextOf(text[at]!, expected, open);
		if (end === at || !next) return at;
		at = end;
		expected = next;
	}
	return end;
}

/** What may follow a token that begins with a character; undefined where it cannot stand. */
function nextOf(character: string, expected: Expected, open: string[]): Expected | undefined {
	const behindValue = (): Expected => (open.length === 0 ? 'nothing' : 'comma');
	switch (character) {
		case '{':
		case '[':
			if (!expected.endsWith('value')) return undefined;
			open.push(character);
			return character === '{' ? 'first name' : 'first value';
		case '}':
		case ']': {
			const isEnd = expected === 'comma' || expected === (character === '}' ? 'first name' : 'first value');
			return isEnd && open.pop() === (character === '}' ? '{' : '[') ? behindValue() : undefined;
		}
		case ',':
			return expected === 'comma' ? (open.at(-1) === '{' ? 'name' : 'value') : undefined;
		case ':':
			return expected === 'colon' ? 'value' : undefined;
		default:
			if (character === '"' && expected.endsWith('name')) return 'colon';
			return expected.endsWith('value') ? behindValue() : undefined;
	}
}

/** The end of a token; where it begins, if it is none. */
function skip(token: RegExp, text: string, at: number): number {
	token.lastIndex = at;
	return token.test(text) ? token.lastIndex : at;
}

function endOfString(text: string, start: number): number {
	for (let at = start + 1; at < text.length; at += 1) {
		const character = text[at]!;
		if (character === '"') return at + 1;
		if (character < ' ' || (character === '\\' && !/^["\\/bfnrtu]/.test(text[(at += 1)] ?? ''))) return start;
	}
	return start;
}
