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
	return cells.map(([message = '', when = '', hint = '']) => ({
		message: /^`([^`]+)`/.exec(message)![1]!,
		when,
		hint: hint === '–' ? '' : hint,
	}));
}

const escaped = (text: string): string => text.replace(/[.*+?^$|(){}[\]\\]/g, '\\$&');

/** The row that a message belongs to, with its hint where that is known: of those that fit, the one that says most in words of its own. */
export function rowOf(
	rows: readonly MessageRow[],
	{ message, hint }: { message: string; hint?: string },
): MessageRow | undefined {
	const fits = (pattern: string, text: string): boolean =>
		new RegExp(`^${escaped(pattern).replaceAll('…', '.*')}$`, 's').test(text);
	const own = (row: MessageRow): number => row.message.replaceAll('…', '').length;
	return rows
		.filter((row) => fits(row.message, message) && (hint === undefined || fits(row.hint, hint)))
		.sort((a, b) => own(b) - own(a))[0];
}

/** A message in the sources, with `…` for what is filled in. */
export interface MessageSource {
	place: string;
	message: string;
	/** Undefined where none of it is written at that place. */
	hint: string | undefined;
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
			if (ts.isVariableDeclaration(node) && TABLES.includes(node.name.getText()))
				found.texts.push(...sentences(node.initializer!));
			ts.forEachChild(node, visit);
		};
		visit(source);
	}
	return found;
}

const filesIn = (folder: string): string[] =>
	readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.ts'))
		.map((file) => path.join(folder, file));

function addCall(call: ts.CallExpression | ts.NewExpression, file: string, found: Sources): void {
	const name = ts.isPropertyAccessExpression(call.expression) ? call.expression.name.text : call.expression.getText();
	const [first] = call.arguments ?? [];
	if (name === 'addExecutionHints') return add(property(first, 'message'), undefined);
	const maker = Object.hasOwn(MAKERS, name) ? MAKERS[name] : undefined;
	if (maker)
		add(
			call.arguments?.[maker.message],
			maker.property === undefined
				? call.arguments?.[maker.hint]
				: property(call.arguments?.[maker.hint], maker.property),
		);

	function add(message: ts.Expression | undefined, hint: ts.Expression | undefined): void {
		const place = `${file}:${call.getSourceFile().getLineAndCharacterOfPosition(call.getStart()).line + 1}`;
		const messages = message && writtenTexts(message);
		if (!messages) return void found.forwarders.push(functionAround(call));
		for (const text of messages)
			for (const what of (hint && writtenTexts(hint)) ?? [undefined])
				found.messages.push({ place, message: text, hint: what });
	}
}

function property(value: ts.Node | undefined, name: string): ts.Expression | undefined {
	if (!value || !ts.isObjectLiteralExpression(value)) return undefined;
	const found = value.properties.find((entry) => entry.name?.getText() === name);
	return found && ts.isPropertyAssignment(found) ? found.initializer : undefined;
}

/** What an expression may say, with `…` for what is filled in; undefined where it has no words of its own. */
function writtenTexts(text: ts.Expression): string[] | undefined {
	const all = textsOf(text);
	return all.some((one) => /[a-z]{2}/i.test(one)) ? all : undefined;
}

function textsOf(text: ts.Expression): string[] {
	if (ts.isStringLiteralLike(text)) return [text.text];
	if (ts.isParenthesizedExpression(text)) return textsOf(text.expression);
	if (ts.isConditionalExpression(text)) return [...textsOf(text.whenTrue), ...textsOf(text.whenFalse)];
	if (!ts.isTemplateExpression(text)) return ['…'];
	return text.templateSpans.reduce(
		(starts, { expression, literal }) =>
			starts.flatMap((start) => textsOf(expression).map((middle) => start + middle + literal.text)),
		[text.head.text],
	);
}

function functionAround(node: ts.Node): string {
	for (let at = node.parent; at; at = at.parent) {
		if ((ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at) || ts.isVariableDeclaration(at)) && at.name)
			return at.name.getText();
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
