/** What can go wrong between here and the server, and what the server refuses; how these texts work is said in ../texts.ts. */
import type { ErrorText } from '../texts';

// The address

export const baseUrlWithUser: ErrorText = {
	message: 'The Base URL in the StepFun API credential contains a user name or password',
	hint: 'Remove what stands before the @, and the @ itself: only API Key is sent to the server',
};

// No answer came

const CHECK_NETWORK =
	'Check Region and Base URL in the credential, and that this n8n can reach the address (firewall, proxy)';
const RAISE_TIMEOUT = 'Raise Timeout in Options if the model needs longer, or try again later';

export const addressBlocked = (place: string): ErrorText => ({
	message: `n8n does not allow requests to this address: ${place}`,
	hint: 'Ask whoever runs this n8n to allow it: in the credential under Allowed Domains, or in the settings of the SSRF protection',
});

export const addressNotFound = (place: string): ErrorText => ({
	message: `The address could not be found (DNS): ${place}`,
	hint: CHECK_NETWORK,
});

export const connectionRefused = (place: string): ErrorText => ({
	message: `The connection was refused: ${place}`,
	hint: CHECK_NETWORK,
});

export const addressUnreachable = (place: string): ErrorText => ({
	message: `The address cannot be reached: ${place}`,
	hint: CHECK_NETWORK,
});

export const tlsFailed = (place: string): ErrorText => ({
	message: `No secure connection could be made (TLS): ${place}`,
	hint: 'Check whether Base URL in the credential should start with http:// or https://. For a certificate of your own, start n8n with NODE_EXTRA_CA_CERTS',
});

export const serverSpeaksHttps = (place: string): ErrorText => ({
	message: `The server speaks HTTPS, but was asked without it: ${place}`,
	hint: 'Start Base URL in the credential with https:// instead of http://',
});

export const serverSpeaksHttp = (place: string): ErrorText => ({
	message: `No secure connection could be made (TLS): ${place} does not speak HTTPS`,
	hint: 'Check the port of Base URL in the credential, or start it with http:// if the server is your own',
});

export const proxyUnreachable = (proxy: string, place: string): ErrorText => ({
	message: `The proxy ${proxy} cannot be reached, and requests to ${place} go through it`,
	hint: 'Check that the proxy is running, and HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY in the environment of this n8n',
});

export const noAnswerInTime = (place: string): ErrorText => ({
	message: `The server did not answer in time: ${place}`,
	hint: RAISE_TIMEOUT,
});

export const connectionClosed = (place: string): ErrorText => ({
	message: `The connection was closed before an answer came: ${place}`,
	hint: 'Try again later. If it keeps happening, look for a proxy or gateway in between that closes the connection',
});

export const requestFailed = (place: string, excerpt: string): ErrorText => ({
	message: `The request to ${place} failed${excerpt}`,
	hint: CHECK_NETWORK,
	quote: excerpt,
});

export const silence = (duration: string): ErrorText => ({
	message: `The server sent nothing for ${duration}`,
	hint: RAISE_TIMEOUT,
});

export const totalTimeout = (duration: string): ErrorText => ({
	message: `The completion took longer than Total Timeout (${duration})`,
	hint: 'Raise Total Timeout in Options, or ask for a shorter answer',
});

// Something else answered

const CHECK_ENDPOINT = 'Check Region, Plan and Base URL in the credential; a base URL usually ends in /v1';

export const redirected = (from: string, to: string): ErrorText => ({
	message: `The server at ${from} redirects to ${to}`,
	hint: 'If the new address is right, enter it as Base URL in the credential: the key is never sent to another address',
	quote: to,
});

export const noChatApi = (url: string): ErrorText => ({
	message: `There is no chat API at ${url}`,
	hint: CHECK_ENDPOINT,
});

export const webPage: ErrorText = {
	message: 'The server answered with a web page instead of a completion',
	hint: CHECK_ENDPOINT,
};

export const notAStream = (excerpt: string): ErrorText => ({
	message: `The answer is not a stream of events${excerpt}`,
	hint: CHECK_ENDPOINT,
	quote: excerpt,
});

export const otherApi = (excerpt: string): ErrorText => ({
	message: `The server answered in the format of another API${excerpt}`,
	hint: CHECK_ENDPOINT,
});

export const notAModelList = (excerpt: string): ErrorText => ({
	message: `The server answered with something other than a list of models${excerpt}`,
	hint: CHECK_ENDPOINT,
	quote: excerpt,
});

// The server reported an error: its own words are the message, and these are the hints

export const hintsByStatus = {
	400: 'Correct the field that the message names: StepFun refused the request',
	401: 'Check API Key and Region in the credential: a key from platform.stepfun.com works only with China, one from platform.stepfun.ai only with International',
	402: 'Top up the account on the StepFun platform: its balance does not cover this call. If you have a subscription, choose its Plan in the credential',
	403: 'Check the permissions of the key on the StepFun platform, and Plan in the credential: the key is not allowed to use this model or endpoint',
	404: 'Check Model: choose one from the list, which shows the models that your account may use',
	407: 'Check the user name and password in HTTP_PROXY and HTTPS_PROXY of this n8n: a proxy on the way to the server asks for them',
	413: 'Send fewer or smaller attachments: the request is larger than the server accepts',
	429: 'Send fewer requests at the same time, or top up for a higher tier: the account has reached a limit of its tier',
	451: "Change the text or the attachment: StepFun's content filter blocked the input or the answer, and sending it again will not help",
	500: 'Try again later: the server could not handle the request',
	503: 'Try again later, or ask for a shorter answer: StepFun is overloaded, or the request took longer than its 10 minutes',
	504: 'Try again, or ask for a shorter answer: the model took longer than the server waits',
} as const satisfies Readonly<Record<number, string>>;

export const noStepPlan =
	'Choose Standard as Plan in the credential: it is set to Step Plan, and this account has no active subscription to it';

export const endedWithError = 'Try again later: the server ended the answer with this message';

export const quotaExhausted =
	'Top up the account on the StepFun platform, or wait until its quota is renewed: the quota is used up, so trying again soon will not help';

/** @param wait Such as `for 3 minutes`. */
export const longWait = (wait: string, hint: string): string =>
	`Wait ${wait} before the next request, as the server asks. ${hint}`;

export const errorWithoutMessage: ErrorText = {
	message: 'The server reported an error without a message',
	hint: endedWithError,
};

export const errorStatus = (status: number, excerpt: string, hint: string): ErrorText => ({
	message: `The server answered with status ${status}${excerpt}`,
	hint,
	quote: excerpt,
});
