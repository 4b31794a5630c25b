// n8n finds the nodes and credentials by the paths under "n8n" in package.json; this is for whoever requires the package.
module.exports = {
	...require('./dist/credentials/StepfunApi.credentials.js'),
	...require('./dist/nodes/StepfunChat/StepfunChat.node.js'),
	...require('./dist/nodes/LmChatStepfun/LmChatStepfun.node.js'),
};
