/** Undefined for what is no JSON, which no JSON text stands for. */
export function tryParseJson(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}
