/** An error as the API words it. */
export interface ApiError {
	readonly status: number;
	readonly message: string;
	readonly type: string;
	readonly param: string | null;
	readonly code: string | null;
}

export const invalidRequest = (
	message: string,
	param: string | null = null,
	code: string | null = null,
): ApiError => ({ status: 400, message, type: 'invalid_request_error', param, code });

export const invalidUrl = (method: string, path: string): ApiError => ({
	...invalidRequest(`Invalid URL (${method} ${path})`),
	status: 404,
});

export const modelNotFound = (model: string): ApiError => ({
	...invalidRequest(
		`The model \`${model}\` does not exist or you do not have access to it.`,
		null,
		'model_not_found',
	),
	status: 404,
});

export const rateLimited = (model: string): ApiError => ({
	status: 429,
	message: `Rate limit reached for ${model} in organization org-demo on requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in 644ms.`,
	type: 'requests',
	param: null,
	code: 'rate_limit_exceeded',
});

export const serverError: ApiError = {
	status: 500,
	message: 'The server had an error while processing your request. Sorry about that!',
	type: 'server_error',
	param: null,
	code: 'server_error',
};
