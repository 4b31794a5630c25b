import type { IDataObject } from 'n8n-workflow';
import { booleanOption, readOption } from '../../shared/fields/options';

export const uploadOption = booleanOption({
	displayName: 'Send Large Files by Upload',
	name: 'uploadLargeFiles',
	type: 'boolean',
	default: true,
	description:
		'Whether images and videos from 5 MB on, and those that several items or tool rounds share, are stored on StepFun once and deleted when the execution ends, instead of being sent with each request. Without this option they never are. Where the API has no files, as in the Step Plan and most gateways, they are sent with each request all the same.',
});

export const readsByUpload = (options: IDataObject): boolean => readOption(uploadOption, options) ?? false;
