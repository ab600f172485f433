/** Reads one source (a file, the environment, flags) into values with their keys and places, still unchecked. */
import { RelayError, type RelayErrorCode } from '../../core/errors.ts';
import { agentOfKey, CONFIG_KEYS, findConfigKey, genericKey, SECTIONS } from '../config-keys.ts';
import type { ConfigKey } from '../key-rows.ts';
import { nearestName } from '../nearest-name.ts';
import { AGENT_NAME } from '../schema.ts';
import { parseTomlValue, type TomlDocument } from '../toml/toml-text.ts';
import { CONFIG_VARIABLE_PREFIX, didYouMean } from './env-names.ts';

type Layer = 'default' | 'user' | 'repo' | 'env' | 'flag';

/** Where a value comes from. `place`: `path:line:column`, a variable, a flag, or `default`. */
export interface Origin {
	layer: Layer;
	place: string;
}

export interface LayerValue {
	/** Full key, including the agent's name. */
	key: string;
	row: ConfigKey;
	/** As found; text of a variable or flag is already read by the key's kind. */
	raw: unknown;
	origin: Origin;
}

/** A command-line option that sets a key. */
export interface ConfigFlag {
	key: string;
	/** Typed, or text. */
	value: unknown;
	/** The user's name for it: `--timeout`. */
	flag: string;
}

/** All keys of a file. Throws RelayError `bad_config` for an unknown section or key, or a value where a table belongs. */
export function valuesOfDocument(document: TomlDocument, layer: 'user' | 'repo' | 'flag'): LayerValue[] {
	return flatten(document.root, document).map(({ path, value }) =>
		keyValue(path.map(dotless).join('.'), value, { layer, place: document.placeOf(path) }),
	);
}

/** All `AGENT_RELAY_CFG_*`, in the order of their names. An empty variable counts as not set. */
export function valuesOfEnvironment(
	env: Readonly<Record<string, string | undefined>>,
	agentNames: readonly string[],
): LayerValue[] {
	const values: LayerValue[] = [];
	for (const name of Object.keys(env).sort()) {
		const text = env[name];
		if (!name.startsWith(CONFIG_VARIABLE_PREFIX) || text === undefined || text === '') continue;
		const key = keyOfVariable(name, agentNames);
		const origin: Origin = { layer: 'env', place: name };
		values.push(readText(keyValue(key, text, origin)));
	}
	return values;
}

export function valuesOfFlags(flags: readonly ConfigFlag[]): LayerValue[] {
	return flags.map(({ key, value, flag }) => readText(keyValue(key, value, { layer: 'flag', place: flag })));
}

/** `AGENTS__MY_TOOL__MODEL` -> `agents.my-tool.model`: a variable cannot hold `-`, so the agent is looked up. */
function keyOfVariable(name: string, agentNames: readonly string[]): string {
	const [section = '', ...rest] = name.slice(CONFIG_VARIABLE_PREFIX.length).toLowerCase().split('__');
	if (section !== 'agents' || rest.length !== 2) return [section, ...rest].join('.');
	const [agent = '', key = ''] = rest;
	const known = agentNames.find((candidate) => candidate.replaceAll('-', '_') === agent);
	return `agents.${known ?? agent}.${key}`;
}

/** Throws RelayError naming the nearest key when there is no such key. */
export function keyValue(key: string, raw: unknown, origin: Origin): LayerValue {
	const agent = agentOfKey(key);
	if (agent !== null) checkAgentName(agent, origin);
	const row = findConfigKey(key);
	if (row !== null) return { key, row, raw, origin };
	throw unknownKey(key, origin);
}

function checkAgentName(agent: string, origin: Origin): void {
	if (!AGENT_NAME.test(agent)) {
		throw configError(
			origin,
			`${show(agent)} is not an agent name; allowed: a lower-case letter, then letters, digits, - or _, at most 32, but neither constructor nor prototype`,
		);
	}
}

/**
 * Reads the text of a variable, flag or `config set` by the key's kind: numbers, `["a", "b"]` or `a, b` for lists, a TOML
 * expression for tables. Text that does not fit stays text and fails the check, which names what is allowed.
 */
export function readText(value: LayerValue): LayerValue {
	if (typeof value.raw !== 'string') return value;
	const text = value.raw.trim();
	switch (value.row.kind) {
		case 'text':
			return value;
		case 'duration':
		case 'number':
			return /^[+-]?\d+(\.\d+)?$/.test(text) ? { ...value, raw: Number(text) } : value;
		case 'flag':
			return text === 'true' || text === 'false' ? { ...value, raw: text === 'true' } : value;
		case 'list':
			return { ...value, raw: text.startsWith('[') ? (parseTomlValue(text) ?? text) : splitList(text) };
		case 'table':
			return { ...value, raw: parseTomlValue(text) ?? text };
		default: {
			const unhandled: never = value.row.kind;
			throw new Error(`no reading for ${unhandled}`);
		}
	}
}

function splitList(text: string): string[] {
	return text
		.split(',')
		.map((word) => word.trim())
		.filter((word) => word !== '');
}

interface Leaf {
	path: string[];
	value: unknown;
}

function flatten(root: Record<string, unknown>, document: TomlDocument): Leaf[] {
	return Object.entries(root).flatMap(([section, value]): Leaf[] => {
		const origin: Origin = { layer: 'user', place: document.placeOf([section]) };
		if (findConfigKey(section) !== null) return [{ path: [section], value }];
		if (!SECTIONS.includes(section)) throw unknownKey(section, origin);
		if (!isTable(value))
			throw configError(origin, `${section} is ${show(value)}; allowed: a table [${section}]`);
		return Object.entries(value).flatMap(([key, member]): Leaf[] =>
			section === 'agents' && isTable(member)
				? flattenAgent(key, member, document)
				: [{ path: [section, key], value: member }],
		);
	});
}

function flattenAgent(agent: string, table: Record<string, unknown>, document: TomlDocument): Leaf[] {
	const path = ['agents', agent];
	checkAgentName(agent, { layer: 'user', place: document.placeOf(path) });
	return Object.entries(table).map(([key, value]) => ({ path: [...path, key], value }));
}

/** A quoted key may hold a dot; printed, it must not look like another key. */
function dotless(key: string): string {
	return key.replaceAll('.', '\\.');
}

/** TOML times are objects too, but not tables. */
export function isTable(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function unknownKey(key: string, origin: Origin): RelayError {
	const section = key.split('.')[0] ?? '';
	if (!key.includes('.')) {
		const homeless = CONFIG_KEYS.find((row) => row.key.endsWith(`.${key}`));
		const nearest = nearestName(key, SECTIONS) ?? homeless?.key ?? null;
		return configError(origin, `unknown section ${show(key)}; ${didYouMean(nearest, SECTIONS)}`);
	}
	const known = CONFIG_KEYS.map((row) => row.key);
	const agent = agentOfKey(key);
	const named = (row: string) => (agent === null ? row : row.replace('agents.NAME.', `agents.${agent}.`));
	const nearest = sameKeyElsewhere(key, known) ?? nearestName(genericKey(key), known);
	const siblings = known
		.filter((row) => row.startsWith(agent === null ? `${section}.` : 'agents.NAME.'))
		.map(named);
	const list = siblings.length > 0 ? siblings : SECTIONS;
	return configError(origin, `unknown key ${show(key)}; ${didYouMean(nearest && named(nearest), list)}`);
}

/** The right key under the wrong section. */
function sameKeyElsewhere(key: string, known: readonly string[]): string | null {
	const last = key.slice(key.lastIndexOf('.') + 1);
	return known.find((row) => row.endsWith(`.${last}`)) ?? null;
}

/** `bad_config` with the place first; a bad flag is `usage`, since the command line itself is wrong. */
export function configError(origin: Origin, message: string, hint?: string): RelayError {
	const code: RelayErrorCode = origin.layer === 'flag' ? 'usage' : 'bad_config';
	return new RelayError(code, `${origin.place}: ${message}`, hint === undefined ? {} : { hint });
}

const MAX_SHOWN_CHARS = 80;

/** A value inside a message: quoted, control characters escaped, short. */
export function show(value: unknown): string {
	if (isTable(value)) return 'a table';
	const text =
		value instanceof Date
			? `the time ${value.toISOString()}`
			: typeof value === 'number'
				? String(value)
				: (JSON.stringify(value) ?? String(value));
	const escaped = text.replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, escapeChar);
	return escaped.length <= MAX_SHOWN_CHARS ? escaped : `${escaped.slice(0, MAX_SHOWN_CHARS - 1)}…`;
}

function escapeChar(char: string): string {
	return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
