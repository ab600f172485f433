/** What the configuration says of agents: which there are, what each table may hold, and which names the other keys use. Pure. */
import { DEFAULT_AGENT_SETTINGS } from '../defaults.ts';
import { nearestName } from '../nearest-name.ts';
import { type AgentSettings, BUILT_IN_AGENTS, type RelayConfig } from '../schema.ts';
import { didYouMean } from './env-names.ts';
import { configError, type Origin, show } from './layer-values.ts';

const ANYWHERE: Origin = { layer: 'default', place: 'configuration' };

/** Throws RelayError for the first table or name that cannot be; see `assemble`. */
export function checkAgents(
	config: RelayConfig,
	origins: ReadonlyMap<string, Origin>,
	knownAgents: readonly string[],
): void {
	const own = Object.entries(config.agents.by_name);
	for (const [name, settings] of own)
		checkTable(name, settings, {
			knownAgents,
			profiles: own.flatMap(([other, { base }]) => (base === null ? [] : [other])),
			originOf: (key) => origins.get(`agents.${name}.${key}`),
		});
	const names = [...knownAgents, ...own.flatMap(([name, { base }]) => [name, ...profileNames(name, base)])];
	for (const entry of config.agents.order) checkNamed('agents.order', entry, names, origins);
	if (config.agents.default !== null) checkNamed('agents.default', config.agents.default, names, origins);
	const { summarize_with: writer } = config.ws;
	if (writer !== null) checkNamed('ws.summarize_with', writer, names, origins);
}

interface Table {
	knownAgents: readonly string[];
	/** Agents with a `base`. */
	profiles: readonly string[];
	/** undefined: nobody set the key. */
	originOf(key: keyof AgentSettings): Origin | undefined;
}

function checkTable(name: string, settings: AgentSettings, table: Table): void {
	const { knownAgents, originOf } = table;
	const any = SETTINGS.map(originOf).find((origin) => origin !== undefined);
	const isKnown = knownAgents.includes(name);
	if (settings.base !== null) checkProfile(name, settings.base, table);
	else if (!isKnown && settings.command.length === 0) {
		const nearest = nearestName(name, knownAgents);
		throw configError(
			any ?? ANYWHERE,
			`unknown agent ${show(name)}; ${didYouMean(nearest, knownAgents)}`,
			`an agent of your own needs agents.${name}.command, another account of a built-in agent agents.${name}.base`,
		);
	}
	if (isKnown && settings.command.length > 0)
		throw configError(
			originOf('command') ?? ANYWHERE,
			`agents.${name}.command: ${name} is built in; allowed: another name, or agents.${name}.executable`,
		);
	const taken = Object.keys(settings.env).find((variable) => OWNED_VARIABLE.test(variable));
	if (taken !== undefined)
		throw configError(
			originOf('env') ?? ANYWHERE,
			`agents.${name}.env: agent-relay itself sets ${taken}; allowed: other variables`,
		);
}

function checkProfile(name: string, base: string, { knownAgents, profiles, originOf }: Table): void {
	const fail = (key: keyof AgentSettings, problem: string) => {
		throw configError(originOf(key) ?? ANYWHERE, `agents.${name}.${key}: ${problem}`);
	};
	if (knownAgents.includes(name)) fail('base', `${name} is built in; allowed: another name for the profile`);
	if (!BUILT_IN_AGENTS.includes(base)) {
		const what = profiles.includes(base)
			? `${show(base)} is a profile itself`
			: `there is no built-in agent ${show(base)}`;
		fail('base', `${what}; ${didYouMean(nearestName(base, BUILT_IN_AGENTS), BUILT_IN_AGENTS)}`);
	}
	const foreign = SETTINGS.find((key) => !OF_PROFILES.has(key) && originOf(key) !== undefined);
	if (foreign !== undefined)
		fail(foreign, `a profile of ${base} has it from there; allowed: ${[...OF_PROFILES].join(', ')}`);
}

const SETTINGS = Object.keys(DEFAULT_AGENT_SETTINGS) as (keyof AgentSettings)[];
const OF_PROFILES: ReadonlySet<keyof AgentSettings> = new Set([
	'base',
	'env',
	'title',
	'model',
	'executable',
	'silence_s',
]);
/** What keeps an agent to its preset, its repo's trust and its records, or is how agents know who started them. */
const OWNED_VARIABLE =
	/^(?:AGENT_RELAY_.*|PATH|GIT_CONFIG(?:_.*)?|OPENCODE_(?:CONFIG_CONTENT|PERMISSION)|GEMINI_CLI_TRUST_WORKSPACE|COPILOT_ALLOW_ALL.*|CLAUDE_CODE_(?:SIMPLE|SAFE_MODE|SANDBOXED))$/;

/** `claude-work` of claude is also `claude@work`; so is a profile named `work`. */
export function profileNames(name: string, base: string | null): string[] {
	if (base === null) return [];
	const own = name.startsWith(`${base}-`) ? name.slice(base.length + 1) : name;
	return [`${base}@${own}`];
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
