/**
 * Estimates the cost for CLIs that report none, by the list prices of the providers' own APIs, without batch, long-context or
 * regional terms; a subscription is billed differently. So a cost from here is always shown as an estimate, with the date of the
 * list.
 */
import { type TokenCounts, writtenTokens } from '../agents/events.ts';
import { PRICE_TABLE } from './price-table.ts';

type Price = (typeof PRICE_TABLE)[string];

/** Longest name first. Built when a turn is priced: most are not. */
let byLength: ReadonlyArray<[string, Price]> | null = null;

/**
 * USD for the tokens of one turn by the list of `PRICES_AS_OF`; null when the model is in no family of the list or no count is
 * known. An unlisted newer model of a family gets the family's price. Reasoning is charged as output. Counts that the CLI did not
 * report count as 0, so the result is then too low.
 */
export function estimateCost(model: string | null, tokens: TokenCounts): number | null {
	const price = model === null ? null : priceOf(model);
	const { input, output, cacheRead, cacheWrite } = tokens;
	if (price === null || (input === null && output === null)) return null;
	const [perInput, perOutput, perCacheRead, perCacheWrite] = price;
	const millionths =
		(input ?? 0) * perInput +
		writtenTokens(tokens) * perOutput +
		(cacheRead ?? 0) * perCacheRead +
		(cacheWrite ?? 0) * perCacheWrite;
	return millionths / 1_000_000;
}

/** Names may carry a provider in front (`anthropic/claude-…`, `us.anthropic.claude-…`) and a date or a variant at the end. */
function priceOf(model: string): Price | null {
	const name = model
		.toLowerCase()
		.replace(/^.*\//, '')
		.replace(/^(?:[a-z-]+\.)+(?=claude-)/, '');
	byLength ??= Object.entries(PRICE_TABLE).sort(([one], [other]) => other.length - one.length);
	return byLength.find(([family]) => isOfFamily(name, family))?.[1] ?? null;
}

function isOfFamily(name: string, family: string): boolean {
	return name.startsWith(family) && !/^[a-z0-9]/.test(name.slice(family.length));
}
