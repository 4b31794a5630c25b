import { completionOf, event } from './completion-of';

const chunk = (usage: unknown, choices: object[] = [{ index: 0, delta: { content: 'a' } }]): string =>
	event({ id: 'c1', model: 'm', choices, ...(usage !== undefined && { usage }) });
const finish = (usage: unknown): string => chunk(usage, [{ index: 0, delta: {}, finish_reason: 'stop' }]);

const counted = (completion: number, more: object = {}) => ({
	prompt_tokens: 29,
	completion_tokens: completion,
	total_tokens: 29 + completion,
	...more,
});
/** As the live API was recorded: the cached tokens are told with every piece, and are 0 at the end. */
const cached = { cached_tokens: 26, prompt_tokens_details: { cached_tokens: 26 } };
const uncached = { prompt_tokens_details: { cached_tokens: 0 } };
const zero = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

test.each<[string, string[], object]>([
	[
		'live: cached tokens in every chunk, 0 in the last two',
		[
			chunk(counted(0, cached)),
			chunk(counted(3, cached)),
			finish(counted(4, uncached)),
			chunk(counted(4, uncached), []),
		],
		{ completion_tokens: 4, cached_tokens: 0 },
	],
	['live, without include_usage', [chunk(counted(3, cached)), finish(counted(4, uncached))], { cached_tokens: 0 }],
	[
		'the other way round',
		[chunk(counted(3, uncached)), finish(counted(4, uncached)), chunk(counted(4, cached), [])],
		{ cached_tokens: 26 },
	],
	['documented: zeros first', [chunk(zero), chunk(counted(3)), finish(counted(4, cached))], { cached_tokens: 26 }],
	[
		'zeros last',
		[chunk(counted(3)), finish(counted(4, cached)), chunk(zero, [])],
		{ completion_tokens: 4, cached_tokens: 26 },
	],
	['none at the end', [chunk(counted(3, cached)), finish(undefined)], { completion_tokens: 3, cached_tokens: 26 }],
	['null at the end', [chunk(counted(3, cached)), finish(null)], { completion_tokens: 3, cached_tokens: 26 }],
	['fewer at the end', [chunk(counted(9, cached)), finish(counted(4, uncached))], { completion_tokens: 4 }],
])('the last chunk that counts tokens decides about usage, as a whole: %s', async (_, events, usage) => {
	expect((await completionOf(...events, 'data: [DONE]\n\n')).usage).toMatchObject({ prompt_tokens: 29, ...usage });
});
