import { invalid, refuse } from './errors';
import { isObject, type JsonObject } from './types';

const categories = ['', 'programming', 'research', 'gov', 'business'];

/** POST /v1/search, as its page has it (https://platform.stepfun.com/docs/zh/api-reference/search/search). */
export function searchTheWeb(body: unknown): JsonObject {
	if (!isObject(body)) throw refuse('request body is not a valid JSON object');
	const { query, n = 10, category = '' } = body;
	if (typeof query !== 'string' || query.trim() === '') throw invalid('query', 'not empty');
	if (!Number.isInteger(n) || (n as number) < 1 || (n as number) > 20) throw invalid('n', '[1, 20]');
	if (!categories.includes(category as string)) throw invalid('category', categories.slice(1).join(', '));
	return {
		query,
		category,
		results: Array.from({ length: n as number }, (_, i) => ({
			url: `https://example.com/found/${i + 1}`,
			position: i + 1,
			title: `Page ${i + 1} about ${query}`,
			time: '2026-03-20T00:00:00',
			snippet: `What page ${i + 1} says of ${query}`,
			content: `The whole text of page ${i + 1} about ${query}. `.repeat(100),
		})),
	};
}
