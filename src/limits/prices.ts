/**
 * Estimated cost, for CLIs that report none. List prices of the providers' own APIs without batch, long-context or regional
 * terms; a subscription pays otherwise. So a cost from here is always shown as an estimate.
 */
import { type TokenCounts, writtenTokens } from '../agents/events.ts';

/**
 * When the table was last looked over. Prices change; an unknown newer model of a family gets the family's price.
 * @internal For tests: the table must say when it was looked over.
 */
export const PRICES_AS_OF = '2025-11-30';

/** USD per million tokens. Reasoning is charged as output. */
interface Price {
	input: number;
	output: number;
	cacheRead: number;
	cacheWrite: number;
}

/** anthropic.com/pricing: a cache read costs a tenth of input, a write a quarter more (5 minutes). */
const claude = (input: number, output: number): Price => ({
	input,
	output,
	cacheRead: input * 0.1,
	cacheWrite: input * 1.25,
});
/** openai.com/api/pricing and ai.google.dev/pricing: cached input has a price of its own, writing is plain input. */
const plain = (input: number, output: number, cacheRead: number): Price => ({
	input,
	output,
	cacheRead,
	cacheWrite: input,
});

/** Beginnings of model names; the longest that fits counts. */
const PRICES: Record<string, Price> = {
	'claude-opus': claude(5, 25),
	'claude-opus-4': claude(15, 75),
	'claude-opus-4-1': claude(15, 75),
	'claude-opus-4-5': claude(5, 25),
	'claude-opus-4-6': claude(5, 25),
	'claude-sonnet': claude(3, 15),
	'claude-haiku': claude(1, 5),
	'claude-3-opus': claude(15, 75),
	'claude-3-5-sonnet': claude(3, 15),
	'claude-3-7-sonnet': claude(3, 15),
	'claude-3-5-haiku': claude(0.8, 4),
	'claude-3-haiku': claude(0.25, 1.25),
	'gpt-5': plain(1.25, 10, 0.125),
	'gpt-5-mini': plain(0.25, 2, 0.025),
	'gpt-5-nano': plain(0.05, 0.4, 0.005),
	'gpt-5-pro': plain(15, 120, 15),
	'gpt-5-codex-mini': plain(0.25, 2, 0.025),
	'gpt-5.1-codex-mini': plain(0.25, 2, 0.025),
	'gpt-5.2': plain(1.75, 14, 0.175),
	'gpt-4.1': plain(2, 8, 0.5),
	'gpt-4.1-mini': plain(0.4, 1.6, 0.1),
	'gpt-4.1-nano': plain(0.1, 0.4, 0.025),
	'gpt-4o': plain(2.5, 10, 1.25),
	'gpt-4o-mini': plain(0.15, 0.6, 0.075),
	o3: plain(2, 8, 0.5),
	'o3-mini': plain(1.1, 4.4, 0.55),
	'o4-mini': plain(1.1, 4.4, 0.275),
	'codex-mini': plain(1.5, 6, 0.375),
	'gemini-3-pro': plain(2, 12, 0.2),
	'gemini-3-flash': plain(0.5, 3, 0.05),
	'gemini-2.5-pro': plain(1.25, 10, 0.125),
	'gemini-2.5-flash': plain(0.3, 2.5, 0.03),
	'gemini-2.5-flash-lite': plain(0.1, 0.4, 0.01),
	'gemini-2.0-flash': plain(0.1, 0.4, 0.025),
	'gemini-2.0-flash-lite': plain(0.075, 0.3, 0.075),
};

/** Longest name first. Made when a turn is priced: most are not. */
let byLength: ReadonlyArray<[string, Price]> | null = null;

/**
 * USD for the tokens of one turn; null when the model is in no family of the table or no count is known. Counts that the CLI
 * did not tell count as none, so the result is then too low.
 */
export function estimateCost(model: string | null, tokens: TokenCounts): number | null {
	const price = model === null ? null : priceOf(model);
	const { input, output, cacheRead, cacheWrite } = tokens;
	if (price === null || (input === null && output === null)) return null;
	const millionths =
		(input ?? 0) * price.input +
		writtenTokens(tokens) * price.output +
		(cacheRead ?? 0) * price.cacheRead +
		(cacheWrite ?? 0) * price.cacheWrite;
	return millionths / 1_000_000;
}

/** Names may carry a provider (`anthropic/claude-…`, `us.anthropic.claude-…`) and a date or a variant behind. */
function priceOf(model: string): Price | null {
	const name = model
		.toLowerCase()
		.replace(/^.*\//, '')
		.replace(/^(?:[a-z-]+\.)+(?=claude-)/, '');
	byLength ??= Object.entries(PRICES).sort(([one], [other]) => other.length - one.length);
	return byLength.find(([family]) => isOfFamily(name, family))?.[1] ?? null;
}

function isOfFamily(name: string, family: string): boolean {
	return name.startsWith(family) && !/^[a-z0-9]/.test(name.slice(family.length));
}
