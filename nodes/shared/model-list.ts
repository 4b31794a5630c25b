import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { listModels } from '../../stepfun/list-models';
import { connect } from './connection';
import { toNodeError } from './errors';

/** The chat models that the credential's account may use, filtered by what was typed. */
export async function searchModels(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
	try {
		const models = await listModels(await connect(this));
		const wanted = filter.trim().toLowerCase();
		return {
			results: models.filter((id) => id.toLowerCase().includes(wanted)).map((id) => ({ name: id, value: id })),
		};
	} catch (error) {
		throw toNodeError(this.getNode(), error, 0);
	}
}
