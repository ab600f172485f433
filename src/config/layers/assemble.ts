/** Assembles the checked configuration from the values of all layers, lowest first. Pure. */
import * as v from 'valibot';
import { agentOfKey } from '../config-keys.ts';
import { DEFAULT_AGENT_SETTINGS, DEFAULT_CONFIG } from '../defaults.ts';
import { nearestName } from '../nearest-name.ts';
import { type RelayConfig, relayConfigSchema } from '../schema.ts';
import { didYouMean } from './env-names.ts';
import { configError, type LayerValue, type Origin, show } from './layer-values.ts';

export interface Assembled {
	config: RelayConfig;
	/** Full key -> where its value comes from. Keys that nobody set are absent (`default`). */
	origins: Map<string, Origin>;
}

/** A value that passed its key's check, in the form that the configuration holds. */
export interface CheckedValue extends LayerValue {
	value: unknown;
}

/** Throws RelayError naming place, key, value received and what is allowed. */
export function checkValue(value: LayerValue): CheckedValue {
	const result = v.safeParse(value.row.schema, value.raw);
	if (result.success) return { ...value, value: result.output };
	throw configError(value.origin, `${problemOf(value, result.issues[0])}; allowed: ${value.row.allowed}`);
}

/** Describes the problem, naming the part of a list or table that is wrong. */
function problemOf({ key, raw }: LayerValue, issue: v.BaseIssue<unknown>): string {
	const path = v.getDotPath(issue);
	if (path === null) return `${key} is ${show(raw)}`;
	const part = `${key}.${path}`;
	if (issue.expected === 'never') return `unknown key "${part}"`;
	return issue.input === undefined ? `${part} is missing` : `${part} is ${show(issue.input)}`;
}

/**
 * Later values win. `knownAgents` need no `command`; every agent that `agents.order`, `agents.default` or a table names must be one
 * of them or have one.
 */
export function assemble(values: readonly CheckedValue[], knownAgents: readonly string[]): Assembled {
	const origins = new Map<string, Origin>();
	const root: Record<string, unknown> = structuredClone(DEFAULT_CONFIG);
	for (const { key, value, origin } of values) {
		origins.set(key, origin);
		put(root, storedPath(key), value);
	}
	const config = v.parse(relayConfigSchema, root);
	checkAgents(config, origins, knownAgents);
	return { config, origins };
}

function storedPath(key: string): string[] {
	return agentOfKey(key) === null ? key.split('.') : ['agents', 'by_name', ...key.split('.').slice(1)];
}

function put(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
	let folder = root;
	for (const [depth, name] of path.slice(0, -1).entries()) {
		const isAgent = depth === 2 && path[1] === 'by_name';
		let next = Object.hasOwn(folder, name) ? folder[name] : undefined;
		if (next === undefined) {
			next = isAgent ? structuredClone(DEFAULT_AGENT_SETTINGS) : {};
			folder[name] = next;
		}
		folder = asFolder(next, path);
	}
	folder[path.at(-1) ?? ''] = value;
}

function asFolder(value: unknown, path: readonly string[]): Record<string, unknown> {
	if (typeof value !== 'object' || value === null) throw new Error(`${path.join('.')} crosses a value`);
	// An object but not an array: sections and agents only.
	return value as Record<string, unknown>;
}

const ANYWHERE: Origin = { layer: 'default', place: 'configuration' };

function checkAgents(
	config: RelayConfig,
	origins: ReadonlyMap<string, Origin>,
	knownAgents: readonly string[],
): void {
	const own = Object.entries(config.agents.by_name);
	for (const [name, settings] of own) {
		const originOf = (key: string) => origins.get(`agents.${name}.${key}`);
		const any = Object.keys(settings)
			.map(originOf)
			.find((origin) => origin !== undefined);
		const isKnown = knownAgents.includes(name);
		if (!isKnown && settings.command.length === 0) {
			const nearest = nearestName(name, knownAgents);
			throw configError(
				any ?? ANYWHERE,
				`unknown agent ${show(name)}; ${didYouMean(nearest, knownAgents)}`,
				`an agent of your own needs agents.${name}.command`,
			);
		}
		if (isKnown && settings.command.length > 0) {
			throw configError(
				originOf('command') ?? ANYWHERE,
				`agents.${name}.command: ${name} is built in; allowed: another name, or agents.${name}.executable`,
			);
		}
	}
	const names = [...knownAgents, ...own.map(([name]) => name)];
	for (const entry of config.agents.order) checkNamed('agents.order', entry, names, origins);
	if (config.agents.default !== null) checkNamed('agents.default', config.agents.default, names, origins);
	const { summarize_with: writer } = config.ws;
	if (writer !== null) checkNamed('ws.summarize_with', writer, names, origins);
}

const MODEL = /^[A-Za-z0-9][\w.:/@+[\]-]{0,127}$/;

function checkNamed(
	key: string,
	entry: string,
	names: readonly string[],
	origins: ReadonlyMap<string, Origin>,
): void {
	const { agent, model } = splitAgentEntry(entry);
	const origin = origins.get(key) ?? ANYWHERE;
	if (!names.includes(agent)) {
		throw configError(
			origin,
			`${key}: unknown agent ${show(agent)}; ${didYouMean(nearestName(agent, names), names)}`,
		);
	}
	if (model !== null && !MODEL.test(model)) {
		throw configError(
			origin,
			`${key}: ${show(model)} is not a model name; allowed: "agent" or "agent:model"`,
		);
	}
}

/** `claude:opus` -> agent and model; everything after the first colon is the model. */
function splitAgentEntry(entry: string): { agent: string; model: string | null } {
	const colon = entry.indexOf(':');
	return colon < 0
		? { agent: entry, model: null }
		: { agent: entry.slice(0, colon), model: entry.slice(colon + 1) };
}
