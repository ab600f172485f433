// From LiteLLM's list of prices (model_prices_and_context_window.json; its keys are described at
// https://docs.litellm.ai/docs/proxy/model_cost_map) to the rows of src/limits/price-table.ts. Pure.

/** LiteLLM's names for the three providers' own APIs; others sell the same models at other prices. */
const PROVIDERS = ['anthropic', 'openai', 'gemini'];
const MODES = ['chat', 'responses'];
/** Models that a coding agent may run on, without the provider in front. */
const MODEL = /^(?:claude-|gpt-|codex-|gemini-|o\d)[a-z0-9.-]*$/;
/** A model of one of Anthropic's families: `claude-opus-4-5`. */
const CLAUDE = /^(claude-[a-z]+)-(\d+)(?:-(\d{1,2}))?$/;

/**
 * `[name, [input, output, cache read, cache write]]` in USD per million tokens, sorted by name. A name whose beginning is a row
 * with the same prices is left out, since the longest beginning counts. Throws for what is not such a list.
 */
export function readPriceList(text) {
	const list = JSON.parse(text);
	if (typeof list !== 'object' || list === null || Array.isArray(list))
		throw new Error('the list is not an object by names of models');
	const priced = Object.entries(list)
		.filter(([, entry]) => PROVIDERS.includes(entry?.litellm_provider) && MODES.includes(entry.mode))
		.map(([name, entry]) => [name.replace(/^.*\//, ''), pricesOf(name, entry)])
		.filter(([name, prices]) => MODEL.test(name) && prices !== null);
	if (priced.length === 0)
		throw new Error('the list has no model of Anthropic, OpenAI or Google with prices');
	return withoutRepeats([...new Map([...familiesOf(priced), ...priced])]);
}

/** null where input or output is not charged by the token. What has no price of its own costs what input does. */
function pricesOf(name, entry) {
	const input = perMillion(name, entry.input_cost_per_token);
	const output = perMillion(name, entry.output_cost_per_token);
	if (!input || !output) return null;
	return [
		input,
		output,
		perMillion(name, entry.cache_read_input_token_cost) ?? input,
		perMillion(name, entry.cache_creation_input_token_cost) ?? input,
	];
}

function perMillion(name, perToken) {
	if (perToken === undefined || perToken === null) return null;
	const usd = Number((perToken * 1e6).toFixed(6));
	if (typeof perToken !== 'number' || !(usd >= 0 && usd < 1000))
		throw new Error(`${name} has a price of ${perToken} a token`);
	return usd;
}

/** For models that a newer CLI may name: a family costs what its newest model does. */
function familiesOf(priced) {
	const newest = new Map();
	for (const [name, prices] of priced) {
		const [, family, major, minor = '0'] = CLAUDE.exec(name) ?? [];
		const version = Number(major) * 100 + Number(minor);
		if (family !== undefined && version >= (newest.get(family)?.version ?? 0))
			newest.set(family, { version, prices });
	}
	return [...newest].map(([family, { prices }]) => [family, prices]);
}

function withoutRepeats(priced) {
	const kept = [];
	for (const [name, prices] of [...priced].sort(([one], [other]) => one.length - other.length)) {
		const family = kept.findLast(([known]) => isOfFamily(name, known));
		if (String(family?.[1]) !== String(prices)) kept.push([name, prices]);
	}
	return kept.sort(([one], [other]) => (one < other ? -1 : 1));
}

/** As src/limits/prices.ts looks a model up. */
const isOfFamily = (name, family) => name.startsWith(family) && !/^[a-z0-9]/.test(name.slice(family.length));

/** The text of src/limits/price-table.ts. `source`: where the list came from, as one line of a comment. */
export function renderPriceTable(rows, { date, source }) {
	const key = (name) => (/^\w+$/.test(name) ? name : `'${name}'`);
	return `// Written by \`npm run prices\` (scripts/prices.mjs).

/** The day on which the list was taken. */
export const PRICES_AS_OF = '${date}';

/**
 * Keyed by a model's name or its beginning: USD per million tokens of input, of output, read from a cache, written to a cache.
 * From ${source.replaceAll('*/', '* /')}.
 */
export const PRICE_TABLE: Readonly<Record<string, readonly [number, number, number, number]>> = {
${rows.map(([name, prices]) => `\t${key(name)}: [${prices.join(', ')}],\n`).join('')}};
`;
}

/** The rows that a text of `renderPriceTable` holds. */
export function parsePriceTable(text) {
	return [...text.matchAll(/^\t'?([^':]+)'?: \[([^\]]+)\],$/gm)].map(([, name, prices]) => [
		name,
		prices.split(', ').map(Number),
	]);
}
