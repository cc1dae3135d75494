import { shutdownHint, type ListedModel } from '#domain/model-list.ts';
import { formatCount } from '../format.ts';

/** What stands beside a model in a list: whose it is, how much it takes, when it ends. */
export const modelWords = (model: ListedModel, today: string): string =>
	[
		model.ownedBy,
		model.contextWindow === null ? null : `${formatCount(model.contextWindow)} tokens`,
		shutdownHint(model, today),
	]
		.filter((part) => part !== null)
		.join(' · ');
