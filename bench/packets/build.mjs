// From a scripted session to its packet, through the adapters' own parsers and the built code.
import { DIALECTS } from './dialects.mjs';

const START_MS = 1767607200000;
const FOLDER = '.agent-relay/sessions/01JG0000000000000000000000';

/** `load` imports a module of the build by its path there. */
export async function packetBuilder(load) {
	const { buildPacket } = await load('handoff/build-packet.js');
	const { TurnFacts } = await load('turns/turn-facts.js');
	const { judgeTurn } = await load('turns/judge/judge-turn.js');
	const { parseRollout } = await load('agents/codex/native/rollout.js');
	const { parseSessionRecord } = await load('agents/gemini/native/session-record.js');
	const { claudeAdapter } = await load('agents/claude/adapter.js');
	const { codexAdapter } = await load('agents/codex/adapter.js');
	const { geminiAdapter } = await load('agents/gemini/adapter.js');
	const { opencodeAdapter } = await load('agents/opencode/adapter.js');
	const adapters = {
		claude: claudeAdapter,
		codex: codexAdapter,
		gemini: geminiAdapter,
		opencode: opencodeAdapter,
	};
	const parseNative = { codex: parseRollout, gemini: (record) => parseSessionRecord(record, 0) };

	/** The turns of a session as the relay would have recorded them. */
	function recordTurns(session) {
		const adapter = adapters[session.agent];
		const dialect = DIALECTS[session.agent];
		let planBefore = [];
		return session.turns.map(({ user, acts }, at) => {
			const isLast = at === session.turns.length - 1;
			const now = START_MS + at * 60_000;
			const parser = adapter.parser({
				requestedSessionId: null,
				resume: at > 0,
				requestedModel: null,
				cumulativeBefore: null,
				now: () => now,
				planBefore,
			});
			const lines = dialect.lines(acts, { turn: at + 1, isLast }).map((line) => JSON.stringify(line));
			const events = [...parser.push(Buffer.from(`${lines.join('\n')}\n`))];
			const record = dialect.native(acts, at + 1);
			const native = record === null ? null : parseNative[session.agent](record);
			const { events: rest, turn: parsed } = parser.end(
				{ exitCode: isLast ? 1 : 0, signal: null, stopRequested: null },
				native,
			);
			events.push(...rest);
			const facts = new TurnFacts();
			for (const event of events) facts.add(event, now);
			facts.applyNative(parsed.toolResults);
			const judged = judgeTurn(parsed, facts, null, () => null);
			if (judged.plan.length > 0) planBefore = judged.plan;
			const state = {
				schema_version: 1,
				session_id: FOLDER.split('/').at(-1),
				turn: at + 1,
				agent: session.agent,
				agent_version: null,
				trigger: 'user',
				packet: null,
				files: filesOf(acts),
				warnings: [],
				...judged,
			};
			return { state, prompt: user, userPrompt: user, events, issues: [], limit: parsed.limit };
		});
	}

	return function packetsOf(session, budgets) {
		const turns = recordTurns(session);
		const from = adapters[session.agent];
		const to = session.agent === 'claude' ? codexAdapter : claudeAdapter;
		const recordBytes = turns.reduce(
			(sum, { events }) => sum + events.reduce((n, e) => n + (e.outputBytes ?? e.text?.length ?? 0), 0),
			0,
		);
		const packets = budgets.map((budget) => {
			const startedAt = performance.now();
			const packet = buildPacket({
				lineage: [{ id: FOLDER.split('/').at(-1), folder: FOLDER, turns, notes: [] }],
				objective: session.turns[0].user,
				from: { id: from.id, title: from.title },
				to: { id: to.id, title: to.title },
				reason: 'limit',
				limit: turns.at(-1).limit,
				nowPrompt: { text: session.turns.at(-1).user, isInterrupted: true },
				diffs: diffsOf(session),
				userEdits: [],
				since: null,
				startsIn: '',
				budgetBytes: budget * 1024,
				inert: to.inert,
				secrets: [],
				recordIssues: [],
			});
			return { budget, packet, ms: performance.now() - startedAt };
		});
		return { recordBytes, packets };
	};
}

const CHANGE_OF = { write: 'added', edit: 'modified', remove: 'deleted', rename: 'renamed' };

function filesOf(acts) {
	return acts
		.filter(({ act }) => act in CHANGE_OF)
		.map((act) => ({
			path: act.path ?? act.to,
			change: CHANGE_OF[act.act],
			added: 1,
			removed: 1,
			source: 'git',
		}));
}

/** One unified diff a path, over the whole session. */
function diffsOf({ turns }) {
	const byPath = new Map();
	for (const act of turns.flatMap(({ acts }) => acts)) {
		if (!(act.act in CHANGE_OF)) continue;
		const path = act.path ?? act.to;
		const known = byPath.get(path) ?? { hunks: [], change: CHANGE_OF[act.act] };
		byPath.set(path, known);
		if (act.act === 'remove') known.change = 'deleted';
		known.from = act.from;
		known.hunks.push({ minus: act.before ?? null, plus: act.after ?? act.content ?? null });
	}
	return [...byPath].map(([path, { hunks, change, from }]) => {
		const lines = (mark, text) => (text === null ? [] : text.split('\n').map((line) => mark + line));
		const body = hunks.flatMap(({ minus, plus }, at) => [
			`@@ -${at * 9 + 1} +${at * 9 + 1} @@`,
			...lines('-', minus),
			...lines('+', plus),
		]);
		const head = [
			`diff --git a/${from ?? path} b/${path}`,
			...(change === 'renamed'
				? [`rename from ${from}`, `rename to ${path}`]
				: [`--- a/${path}`, `+++ b/${path}`]),
		];
		const count = (mark) => body.filter((line) => line.startsWith(mark) && !line.startsWith('@@')).length;
		return {
			path,
			change,
			added: count('+'),
			removed: count('-'),
			text: `${[...head, ...body].join('\n')}\n`,
			by: 'agent',
		};
	});
}
