import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const root = path.join(__dirname, '../..');

/** A row of docs/messages.md; `…` stands for what changes from case to case. */
export interface MessageRow {
	message: string;
	when: string;
	hint: string;
}

/** The rows whose first cell is a message, which is set as code. */
export function messageRows(file: string): MessageRow[] {
	const cells = readFileSync(path.join(root, 'docs', file), 'utf8')
		.split('\n')
		.filter((line) => line.startsWith('| `'))
		.map((line) => line.slice(2, -2).split(' | '));
	return cells.map(([message = '', when = '', hint = '']) => ({ message: /^`([^`]+)`/.exec(message)![1]!, when, hint: hint === '–' ? '' : hint }));
}

const escaped = (text: string): string => text.replace(/[.*+?^$|(){}[\]\\]/g, '\\$&');

/** The row that a message with its hint belongs to: of those that fit, the one that says most in words of its own. */
export function rowOf(rows: readonly MessageRow[], { message, hint }: Pick<MessageRow, 'message' | 'hint'>): MessageRow | undefined {
	const fits = (pattern: string, text: string): boolean => new RegExp(`^${escaped(pattern).replaceAll('…', '.*')}$`, 's').test(text);
	const own = (row: MessageRow): number => row.message.replaceAll('…', '').length;
	return rows.filter((row) => fits(row.message, message) && fits(row.hint, hint)).sort((a, b) => own(b) - own(a))[0];
}

/** A message in the sources, as patterns of what it may say. */
export interface MessageSource {
	place: string;
	message: RegExp;
	hint: RegExp;
}

/** Where the message and the hint of each call stand: an argument, or a property of one. */
const MAKERS: Readonly<Record<string, { message: number; hint: number; property?: string }>> = {
	StepfunError: { message: 0, hint: 1, property: 'hint' },
	NodeOperationError: { message: 1, hint: 2, property: 'description' },
	invalidInput: { message: 0, hint: 1 },
	malformed: { message: 0, hint: -1 },
	notTheApi: { message: 0, hint: -1 },
};

/** Tables of texts that are made into messages elsewhere. */
const TABLES = ['HINTS', 'PLAN_HINT', 'NETWORK_HINT', 'NETWORK_CODES', 'SOURCE_HINTS'];

export interface Sources {
	messages: MessageSource[];
	/** Sentences from tables, each a whole message or hint. */
	texts: string[];
	/** Functions that hand a message on which another place has written. */
	forwarders: string[];
}

/** Every message that the published sources can give. */
export function readSources(): Sources {
	const found: Sources = { messages: [], texts: [], forwarders: [] };
	for (const file of ['stepfun', 'nodes'].flatMap(filesIn)) {
		const source = ts.createSourceFile(file, readFileSync(path.join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
		const visit = (node: ts.Node): void => {
			if (ts.isCallExpression(node) || ts.isNewExpression(node)) addCall(node, file, found);
			if (ts.isVariableDeclaration(node) && TABLES.includes(node.name.getText())) found.texts.push(...sentences(node.initializer!));
			ts.forEachChild(node, visit);
		};
		visit(source);
	}
	return found;
}

const filesIn = (folder: string): string[] =>
	readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => path.join(folder, file));

function addCall(call: ts.CallExpression | ts.NewExpression, file: string, found: Sources): void {
	const name = ts.isPropertyAccessExpression(call.expression) ? call.expression.name.text : call.expression.getText();
	const [first] = call.arguments ?? [];
	if (name === 'addExecutionHints') return add(property(first, 'message'), undefined);
	const maker = Object.hasOwn(MAKERS, name) ? MAKERS[name] : undefined;
	if (maker) add(call.arguments?.[maker.message], maker.property === undefined ? call.arguments?.[maker.hint] : property(call.arguments?.[maker.hint], maker.property));

	function add(message: ts.Expression | undefined, hint: ts.Expression | undefined): void {
		const place = `${file}:${call.getSourceFile().getLineAndCharacterOfPosition(call.getStart()).line + 1}`;
		const messages = message && patterns(message);
		if (!messages) return void found.forwarders.push(functionAround(call));
		for (const text of messages) for (const what of (hint && patterns(hint)) ?? ['.*']) found.messages.push({ place, message: whole(text), hint: whole(what) });
	}
}

const whole = (pattern: string): RegExp => new RegExp(`^${pattern.replace(/\.\*(?: \.\*)+/g, '.*')}$`, 's');

function property(value: ts.Node | undefined, name: string): ts.Expression | undefined {
	if (!value || !ts.isObjectLiteralExpression(value)) return undefined;
	const found = value.properties.find((entry) => entry.name?.getText() === name);
	return found && ts.isPropertyAssignment(found) ? found.initializer : undefined;
}

/** What an expression may say, as regular expressions; undefined where none of it is written here. */
function patterns(text: ts.Expression): string[] | undefined {
	if (ts.isStringLiteralLike(text)) return [escaped(text.text)];
	if (ts.isParenthesizedExpression(text)) return patterns(text.expression);
	if (ts.isConditionalExpression(text)) {
		const both = [patterns(text.whenTrue), patterns(text.whenFalse)];
		return both.every((one) => one === undefined) ? undefined : both.flatMap((one) => one ?? ['.*']);
	}
	if (!ts.isTemplateExpression(text)) return undefined;
	return text.templateSpans.reduce(
		(starts, { expression, literal }) => starts.flatMap((start) => spanPatterns(expression).map((middle) => start + middle + escaped(literal.text))),
		[escaped(text.head.text)],
	);
}

/** Choices between phrases are messages of their own; a word or a value that changes is not. */
function spanPatterns(expression: ts.Expression): string[] {
	const choices = patterns(expression) ?? [];
	return choices.length > 0 && choices.every((choice) => /[^.*] \S/.test(choice)) ? choices : ['.*'];
}

function functionAround(node: ts.Node): string {
	for (let at = node.parent; at; at = at.parent) {
		if ((ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at) || ts.isVariableDeclaration(at)) && at.name) return at.name.getText();
	}
	return '';
}

/** Strings of more than one word. */
function sentences(node: ts.Node): string[] {
	if (ts.isStringLiteralLike(node)) return node.text.includes(' ') ? [node.text] : [];
	const found: string[] = [];
	node.forEachChild((child) => void found.push(...sentences(child)));
	return found;
}
