import type { JsonObject } from '#domain/json.ts';
import { demoModels } from './request-fields.ts';

/** 2025-01-01, in seconds. */
const created = 1_735_689_600;

export const modelList: JsonObject = {
	object: 'list',
	data: demoModels.map((id) => ({ id, object: 'model', created, owned_by: 'volley-demo' })),
};
