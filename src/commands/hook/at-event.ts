/** What the relay does at each event of a conversation that an agent holds by itself; the words for its model, or null. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { HookAgent, HookDialect, HookInput } from '../../agents/hooks/hook-dialect.ts';
import type { JsonObject } from '../../agents/reading/json-fields.ts';
import { readOwnMarks } from '../../config/layers/own-marks.ts';
import { fromIso, toIso } from '../../core/clock.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { readEnd, readOrNull } from '../../core/files/read-file.ts';
import type { MetSession, MetSessions } from '../../history/met-sessions.ts';
import type { WorkstreamName } from '../../workstreams/workstream-name.ts';
import type { Workstreams } from '../../workstreams/workstreams-contract.ts';
import { attachNative } from './attach-native.ts';
import type { HookContext } from './hook-context.ts';
import { askToSave, compactedWords, stateWords, unattachedWords } from './hook-words.ts';
import { metSessionsOf } from './met-sessions-of.ts';

export interface Hooked {
	agent: HookAgent;
	input: HookInput;
	/** As the CLI wrote it. */
	raw: JsonObject;
	dialect: HookDialect;
	context: HookContext;
}

const registryOf = ({ paths }: HookContext) => join(paths.configHome, 'workstreams.json');

/** null: this user has none, and nothing of them is loaded. */
async function workstreamsOf(context: HookContext): Promise<Workstreams | null> {
	return existsSync(registryOf(context)) ? context.workstreams() : null;
}

export async function atStart({ agent, input, context }: Hooked): Promise<string | null> {
	const sessions = metSessionsOf(context);
	sessions.meet({ agent, ...input });
	sessions.sweep();
	const workstreams = await workstreamsOf(context);
	if (workstreams === null) return null;
	const attached = attachNative(workstreams, {
		session: { id: input.session, project: await projectOf(input, context), agents: [agent] },
	});
	markSaved({ agent, input, context }, { isSaved: false });
	if (attached.name === null) return unattachedWords(attached.active, input.session);
	const texts = workstreams.texts(attached.name);
	return stateWords(texts, { session: input.session, isCompacted: input.isCompacted });
}

export async function atTool({ agent, input, context }: Hooked): Promise<string | null> {
	const { markBetween } = await import('../../workstreams/gauge/gauge.ts');
	const mtime = lstatIfThere(registryOf(context))?.mtimeMs ?? 0;
	let workstreams: Workstreams | null = null;
	const attached = async () => {
		workstreams ??= await workstreamsOf(context);
		return workstreams?.attachedTo(input.session) ?? null;
	};
	const sessions = metSessionsOf(context);
	const marks = await readOwnMarks(context.env, context.paths.userConfig, namesOfDemos);
	const touched = await touchedSince(sessions, { agent, input, mtime }, attached, () => workstreams);
	let due: number | null = null;
	sessions.change({ agent, session: input.session }, (met) => {
		const isSaved = touched !== null && touched > (fromIso(met.saved_at) ?? 0);
		const unsaved = (isSaved ? 0 : met.unsaved) + 1;
		const warned = isSaved ? 0 : met.warned;
		due = markBetween(warned, unsaved, marks);
		return {
			...met,
			calls: met.calls + 1,
			unsaved,
			warned: due ?? warned,
			saved_at: isSaved ? toIso(touched) : met.saved_at,
			registry_mtime: mtime,
			seen_at: toIso(context.clock.now()),
		};
	});
	if (due === null) return null;
	const name = await attached();
	return name === null ? null : askToSave(name, { session: input.session, calls: due });
}

const namesOfDemos = async () =>
	(await import('../../agents/demo/adapter.ts')).DEMO_ADAPTERS.map(({ id }) => id);

/** When the workstream was last saved, by anybody: epoch ms; null: not since the registry was looked at. */
async function touchedSince(
	sessions: MetSessions,
	{ agent, input, mtime }: Pick<Hooked, 'agent' | 'input'> & { mtime: number },
	attached: () => Promise<WorkstreamName | null>,
	workstreams: () => Workstreams | null,
): Promise<number | null> {
	const met = sessions.find({ agent, session: input.session });
	if (met === null || met.registry_mtime === mtime) return null;
	const name = await attached();
	const entry = workstreams()
		?.registry()
		.workstreams.find((one) => one.name === name);
	return fromIso(entry?.last_touched ?? null);
}

export async function atCompaction(hooked: Hooked): Promise<string | null> {
	const name = await save(hooked);
	markSaved(hooked, { isSaved: true });
	return name === null ? null : compactedWords(name, hooked.input.session);
}

export async function atFailure({ agent, input, raw, dialect, context }: Hooked): Promise<null> {
	metSessionsOf(context).meet({ agent, ...input });
	const limit = (await dialect.limitOf?.(raw, context.clock.now())) ?? null;
	if (limit !== null) await context.recordLimit(agent, limit);
	return null;
}

export async function atEnd(hooked: Hooked): Promise<null> {
	const { agent, input, dialect, context } = hooked;
	await save(hooked);
	markSaved(hooked, { isSaved: true });
	if (dialect.limitIn === undefined || input.transcript === null) return null;
	const end = readEnd(input.transcript, TAIL_BYTES) ?? readOrNull(input.transcript);
	const limit = end === null ? null : await dialect.limitIn(end.toString('utf8'), context.clock.now());
	if (limit !== null) await context.recordLimit(agent, limit);
	return null;
}

/** The last turn of a conversation that stopped at a limit, or what is left of it. */
const TAIL_BYTES = 256 * 1024;

/** From recorded facts alone: when it was, where, and how much. The workstream; null: the conversation works on none. */
async function save({ agent, input, context }: Hooked): Promise<WorkstreamName | null> {
	const sessions = metSessionsOf(context);
	const met = sessions.meet({ agent, ...input });
	const workstreams = await workstreamsOf(context);
	const name = workstreams?.attachedTo(input.session) ?? null;
	if (workstreams === null || name === null) return null;
	const { updatedState } = await import('../../workstreams/state/state-text.ts');
	const session = { key: input.session.slice(0, 12), text: describe(met) };
	const news = { status: null, decisions: [], next: null, session };
	workstreams.save({
		name,
		state: (before) => (met.calls === 0 ? before : updatedState(before, news)),
		by: 'machine',
		session: { id: input.session, project: await projectOf(input, context), agents: [agent] },
		segment: null,
	});
	return name;
}

const describe = ({ agent, started_at, calls, cwd }: MetSession) =>
	`${started_at.slice(0, 10)}, ${agent} by hand, ${calls} tool calls${cwd === null ? '' : `, in ${cwd}`}`;

/** What was saved by ourselves is no news, and after a real save the count begins anew. */
function markSaved(
	{ agent, input, context }: Pick<Hooked, 'agent' | 'input' | 'context'>,
	{ isSaved }: { isSaved: boolean },
): void {
	metSessionsOf(context).change({ agent, session: input.session }, (met) => ({
		...met,
		...(isSaved || input.isCompacted ? { unsaved: 0, warned: 0 } : {}),
		saved_at: toIso(context.clock.now()),
		registry_mtime: lstatIfThere(registryOf(context))?.mtimeMs ?? 0,
	}));
}

/** The worktree, where the CLI works in one. */
async function projectOf({ cwd }: HookInput, { folder, repo }: HookContext): Promise<string | null> {
	if (cwd === null || cwd !== folder) return cwd;
	return (await repo()).worktree;
}
