import type { ChoiceMark } from './completion.ts';
import { placeOf, requestAt, type PlanPlace, type PlanSize } from './plan.ts';
import type { ResultRow } from './result-item.ts';
import { choicesAsked, planSizeOf, type RunSetup } from './run.ts';

/**
 * A run with its rows beside each other: a line for each row of the plan, a series for each template and model that every
 * row is sent with. Where template i goes with row i the templates are no series, nor are models that rows name.
 */
export const seriesCount = ({ templates, models, paired = false }: PlanSize): number =>
	(paired ? 1 : templates) * models;

/** Whether a row of a run has more than one answer, so that there is something to compare. */
export const isComparable = (setup: RunSetup): boolean =>
	seriesCount(planSizeOf(setup)) > 1 || choicesAsked(setup) > 1;

/** The requests of a row in a series: its repeats, one after the other. Template by template, and in each its models. */
export function requestsOf(
	row: number,
	series: number,
	size: PlanSize,
): { readonly first: number; readonly count: number } {
	const { models, repeats = 1 } = size;
	const modelIndex = series % models;
	// Of pairs it is not looked at.
	const promptIndex = (series - modelIndex) / models;
	return { first: requestAt({ promptIndex, rowIndex: row, modelIndex }, size), count: repeats };
}

/** Where a request stands in the comparison. */
export function comparedAt(
	request: number,
	size: PlanSize,
): { readonly row: number; readonly series: number } {
	const { promptIndex, rowIndex, modelIndex } = placeOf(request, size);
	const templates = size.paired === true ? 0 : promptIndex;
	return { row: rowIndex, series: templates * size.models + modelIndex };
}

/** One answer, or the place of one. */
export interface ComparedChoice {
	readonly request: number;
	/** Which of the request's, from 0. */
	readonly choice: number;
	/** `notGiven`: the request was answered, with fewer choices than were asked for. */
	readonly state: ResultRow['state'] | 'notGiven';
	/** The answer, or why there is none, clamped. */
	readonly text: string;
	readonly mark: ChoiceMark | null;
}

/** What a row came to in one series. */
export interface ComparedCell {
	/** Empty where it is not known any more. */
	readonly model: string;
	/** The first few. */
	readonly choices: readonly ComparedChoice[];
	/** How many texts there are among all its answers. */
	readonly distinct: number;
}

export interface ComparedRow {
	/** Its place in the data, and its template where each row has one of its own. */
	readonly place: PlanPlace;
	readonly id: string;
	/** The row's cells in column order, clamped. */
	readonly cells: readonly string[];
	/** Those that were asked for. */
	readonly series: readonly ComparedCell[];
	/** How many choices of those series have an answer, and how many texts there are among them. */
	readonly answers: number;
	readonly distinct: number;
	/** Whether any of them still waits. */
	readonly waits: boolean;
}

/** Choices of a row in one series that are shown at once. */
export const choicesShown = 4;
