import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { asOneText } from '../nodes/shared/display';
import { keyRefused, noModelsAtAddress } from '../nodes/shared/texts';
import {
	apiKeyOf,
	baseUrl,
	BASE_URL_REPAIRS,
	type EndpointSettings,
	PLAN_PATHS,
	REGION_ORIGINS,
} from '../stepfun/client/endpoint';

/** The same rules as `baseUrl` in stepfun/endpoint, as an expression: n8n runs the credential's test without any code of ours. */
const repairs = BASE_URL_REPAIRS.map(
	([pattern, replacement]) => `.replace(${pattern}, ${JSON.stringify(replacement)})`,
).join('');
const baseUrlExpression =
	`={{ $credentials.region === "custom" ? $credentials.baseUrl${repairs} : ` +
	`${JSON.stringify(REGION_ORIGINS)}[$credentials.region] + ${JSON.stringify(PLAN_PATHS)}[$credentials.plan] }}`;

export class StepfunApi implements ICredentialType {
	name = 'stepfunApi';

	displayName = 'StepFun API';

	icon: Icon = { light: 'file:../nodes/icons/stepfun.svg', dark: 'file:../nodes/icons/stepfun.dark.svg' };

	documentationUrl = 'https://platform.stepfun.ai/docs';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'The key from Account Management > Interface Keys on the StepFun platform of your region',
		},
		{
			displayName: 'Region',
			name: 'region',
			type: 'options',
			options: [
				{ name: 'International', value: 'international', description: 'Keys from platform.stepfun.ai' },
				{ name: 'China', value: 'china', description: 'Keys from platform.stepfun.com' },
				{ name: 'Custom Base URL', value: 'custom', description: 'Your own gateway or proxy' },
			],
			default: 'international',
			description: 'The platform where the key was created. A key works only in its own region.',
		},
		{
			displayName: 'Plan',
			name: 'plan',
			type: 'options',
			options: [
				{ name: 'Standard', value: 'standard', description: 'Billed by tokens' },
				{
					name: 'Step Plan',
					value: 'stepPlan',
					description: 'The coding subscription, with its own limits and models',
				},
			],
			default: 'standard',
			displayOptions: { hide: { region: ['custom'] } },
			description: 'How calls are billed',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://gateway.example.com/v1',
			displayOptions: { show: { region: ['custom'] } },
			description: 'The address to which /chat/completions and /models are appended',
		},
	];

	test: ICredentialTestRequest = {
		request: { baseURL: baseUrlExpression, url: '/models', disableFollowRedirect: true },
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message: asOneText(keyRefused),
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 404,
					message: asOneText(noModelsAtAddress),
				},
			},
		],
	};

	/**
	 * A function, as n8n evaluates an expression anew for each request: 0.5 ms, a sixth of all that an item costs in n8n.
	 *
	 * @throws StepfunError `invalid_input` for a base URL with a user name or password, so that the credential's test says so, too.
	 */
	authenticate(
		credentials: ICredentialDataDecryptedObject & Partial<EndpointSettings>,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		return Promise.resolve().then(() => {
			baseUrl({ region: 'international', plan: 'standard', ...credentials });
			const Authorization = `Bearer ${apiKeyOf(credentials['apiKey'])}`;
			return { ...request, headers: { ...request.headers, Authorization } };
		});
	}
}
