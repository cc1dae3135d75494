/** A path of Azure OpenAI as the same path of OpenAI: its v1 API, or the older one with the deployment in it. */
export const plainPath = (path: string): string =>
	path.replace(/^\/openai\/v1\//, '/v1/').replace(/^\/openai\/(deployments\/[^/]+\/)?/, '/v1/');
