import type {
	BaseChatModel,
	ChatModelConfig,
	GenerateResult,
	Message as SdkMessage,
	StreamChunk,
	Tool as SdkTool,
} from '@n8n/ai-node-sdk';
import type { CompleteOptions } from '../../stepfun/complete';
import { checkTools } from '../../stepfun/request/tools';
import type { ChatRequest, Tool } from '../../stepfun/types';
import type { AiSdk } from '../shared/ai-sdk';
import { toFunctionTool } from '../shared/function-tool';
import { completeChecked, streamChecked, type Answer } from './checked-answer';
import { toMessages } from './convert-messages';
import { toLastChunks, toResult } from './convert-results';
import { leaveSchemaToParser } from './output-parser';
import type { CommonRequest } from './request';

interface ChatModelSettings {
	request: CommonRequest;
	/** How often an answer that is not the JSON that was asked for is corrected. */
	attempts: number;
	options: CompleteOptions;
	/** The error to show to whoever uses the model. */
	toNodeError: (error: unknown) => Error;
}

/** What actually arrives as configuration: LangChain's call options, whose cancel signal is `signal`. */
type CallOptions = ChatModelConfig & { signal?: AbortSignal; stop?: string[] };

/** StepFun as a model of n8n's AI nodes. The class is created here because its base class comes with the SDK, which older n8n versions lack. */
export function createChatModel(
	sdk: AiSdk,
	{ request, attempts, options, toNodeError }: ChatModelSettings,
): BaseChatModel {
	class StepfunChatModel extends sdk.BaseChatModel {
		override async generate(messages: SdkMessage[], config: CallOptions = {}): Promise<GenerateResult> {
			return await withNodeErrors(async () =>
				toResult(await completeChecked(this.requestOf(messages, config), callOptions(config), attempts)),
			);
		}

		override async *stream(messages: SdkMessage[], config: CallOptions = {}): AsyncGenerator<StreamChunk> {
			const texts: AsyncIterator<string, Answer> = await withNodeErrors(() =>
				streamChecked(this.requestOf(messages, config), callOptions(config), attempts),
			);
			try {
				for (;;) {
					const next = await withNodeErrors(() => texts.next());
					if (next.done) return yield* toLastChunks(next.value);
					yield { type: 'text-delta', delta: next.value };
				}
			} finally {
				await texts.return?.();
			}
		}

		private requestOf(messages: SdkMessage[], { stop, stopSequences }: CallOptions): ChatRequest {
			const stops = stop ?? stopSequences;
			const tools = [...(request.tools ?? []), ...toTools(sdk, this.tools)];
			checkTools(tools);
			return leaveSchemaToParser({
				...request,
				messages: toMessages(messages),
				...(tools.length > 0 && { tools }),
				...(stops && stops.length > 0 && { stop: stops }),
			});
		}
	}

	const withNodeErrors = async <Result>(work: () => Result | Promise<Result>): Promise<Result> => {
		try {
			return await work();
		} catch (error) {
			throw toNodeError(error);
		}
	};

	const callOptions = ({ signal, abortSignal }: CallOptions): CompleteOptions => {
		const signals = [options.signal, signal, abortSignal].filter((given) => given !== undefined);
		return { ...options, ...(signals.length > 0 && { signal: AbortSignal.any(signals) }) };
	};

	return new StepfunChatModel('stepfun', request.model);
}

/** The tools that an AI node offers its model, in StepFun's form; a provider's tool is one that StepFun runs itself. */
const toTools = (sdk: AiSdk, tools: SdkTool[]): Tool[] =>
	tools.map((tool, i) =>
		tool.type === 'function'
			? toFunctionTool(sdk, tool, `tool ${i + 1}`)
			: { type: tool.name, function: tool.args ?? {} },
	);
