import { complete, type CompleteOptions } from '../../stepfun/complete';
import { tryParseJson } from '../../stepfun/json';
import { asksForJson } from '../../stepfun/response/check';
import { streamText } from '../../stepfun/stream-text';
import { completeStructured, type StructuredExchange } from '../../stepfun/structured';
import { completeWithTools } from '../../stepfun/tool-loop';
import type { ChatRequest, Completion } from '../../stepfun/types';

/** An answer that is what its request asks for. */
export interface Answer {
	completion: Completion;
	/** How often it was corrected. */
	corrections: number;
}

/**
 * One completion; an answer that was asked for as JSON is checked, and corrected as often as is allowed.
 *
 * @throws StepfunError
 */
export async function completeChecked(
	request: ChatRequest,
	options: CompleteOptions,
	attempts: number,
): Promise<Answer> {
	const exchange = await completeStructured(request, {
		attempts,
		pause: () => options.clock.sleep(0, options.signal),
		// The tools are run by whoever uses the model.
		converse: (conversation) =>
			completeWithTools(conversation, { tools: [], maxIterations: 0, ask: (round) => complete(round, options) }),
	});
	return { completion: withPlainJson(exchange), corrections: exchange.corrections };
}

/**
 * The same as text that is given out as it arrives. One that may yet be corrected is given out once it is right.
 *
 * @throws StepfunError
 */
export async function* streamChecked(
	request: ChatRequest,
	options: CompleteOptions,
	attempts: number,
): AsyncGenerator<string, Answer> {
	if (!asksForJson(request)) return { completion: yield* streamText(request, options), corrections: 0 };
	const answer = await completeChecked(request, options, attempts);
	const text = answer.completion.choices[0]?.message.content ?? '';
	if (text !== '') yield text;
	return answer;
}

/** The completion with its JSON alone where there was something around it, since chains and parsers read it from the text. */
function withPlainJson({ completion, parsed }: StructuredExchange): Completion {
	const choices = completion.choices.map((choice) => {
		const { message } = choice;
		if (!parsed.has(choice) || tryParseJson(message.content) !== undefined) return choice;
		return { ...choice, message: { ...message, content: JSON.stringify(parsed.get(choice)) } };
	});
	return { ...completion, choices };
}
