/** How n8n calls what this package brings, once it is installed as a community package. */
export const credentialType = 'stepfunApi';
export const chatNodeType = 'n8n-nodes-stepfun.stepfunChat';
