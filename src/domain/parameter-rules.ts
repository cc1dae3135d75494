import { checkParameters } from './check-parameters.ts';
import { namedIn } from './named-parameters.ts';

/**
 * What is known of the endpoints' parameters, for whoever checks a draft. The page loads it after its form stands: most
 * drafts need none of it.
 */
export const parameterRules = { check: checkParameters, namedIn } as const;
