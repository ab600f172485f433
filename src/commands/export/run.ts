/** A line of work as one file: found, read a turn at a time, cleaned, written. Locks and changes nothing of the sessions. */

import { secretValues } from '../../agents/secret-values.ts';
import { RelayError } from '../../core/errors.ts';
import { realFolder } from '../../core/files/real-path.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import { createRedactor } from '../../handoff/redact.ts';
import type { RaceRecord } from '../../race/record/race-record.ts';
import { readRace } from '../../race/record/race-store.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { noSessionYet } from '../../relay/session-view.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import { NO_OR_YES } from '../agree-on-origin.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { openTrees } from '../diff/read-trees.ts';
import type { Shown } from '../live.ts';
import type { Export, ExportTail } from './document.ts';
import { type Cleaner, createCleaner } from './gather/clean-text.ts';
import { createPricing } from './gather/costs.ts';
import { type FoundSession, findSessions } from './gather/find-sessions.ts';
import { gatherExport } from './gather/gather-export.ts';
import { FULL_EXTENT, USUAL_EXTENT } from './gather/gather-turn.ts';
import { createTurnDiffs } from './gather/turn-diffs.ts';
import { type Format, formatOf, isThere, type Target, targetOf } from './target.ts';
import { createProgress } from './tell-progress.ts';
import { writeExport } from './write-export.ts';
import { checkWrittenFile } from './written-file.ts';

interface ExportOptions {
	/** null: the latest, in the shell the open one. */
	ref: string | null;
	format: Format | null;
	output: string | null;
	force: boolean;
	own: boolean;
	full: boolean;
	noRedact: boolean;
	yes: boolean;
	json: boolean;
}

export interface ExportData {
	id: SessionId;
	format: Format;
	file: Target;
	bytes: number;
	turns: number;
	/** null: it was stopped, and nothing was written. */
	tail: ExportTail | null;
}

export const exportSession: Body<ExportOptions, ExportData> = {
	async run(context, options) {
		const { live, folder } = context;
		const store = await context.store();
		const id = idOf(options.ref, context, store);
		const format = formatOf(options.format, options.output);
		const { isOnTerminal } = live;
		const file = targetOf({ output: options.output, format, isOnTerminal, id, folder });
		if (file === null && options.json)
			throw new RelayError('usage', 'stdout takes the export or, with --json, what was done; not both.', {
				hint: `Name a file: ${context.called('export')} --json -o session.${format}`,
			});
		if (file !== null) {
			const about = { what: 'the export', otherwise: 'Write to stdout and redirect that: -o -' };
			if (checkWrittenFile(file, { ...about, location: store.location }) && !options.force)
				throw isThere(file);
		}
		const problems: string[] = [];
		const found = findSessions(id, { isOwn: options.own }, { ...context, store }, (words) =>
			problems.push(words),
		);
		if (options.noRedact && !options.yes) await agreeOnSecrets(context);
		const cleaner = await cleanerFor(context, options);
		const race = raceOf(found, store, problems);
		const states = found.flatMap(({ entry }) => entry.turns);
		const pricing = createPricing(states);
		const data = { id, format, file, turns: states.length };
		return live.conversation(
			{ stopHard: () => undefined, close: async () => undefined },
			async (shown) => {
				const onTurn = createProgress(context, shown, found);
				const extent = options.full ? FULL_EXTENT : USUAL_EXTENT;
				const parts = { id, found, race, cleaner, pricing, problems, extent, onTurn, signal: shown.signal };
				const trees = openTrees(context);
				const exported = gatherExport({
					...parts,
					now: context.clock.now(),
					diffs: createTurnDiffs(trees),
				});
				const to = { file, format, isForced: options.force };
				const bytes = await write(exported, to, { context, shown }).finally(() => trees.close());
				if (bytes === null)
					return {
						exitCode: shown.stoppedBy() ?? EXIT.interrupted,
						data: { ...data, bytes: 0, tail: null },
						isStopped: true,
					};
				return { exitCode: EXIT.done, data: { ...data, bytes, tail: exported.tail() } };
			},
			{ event: () => undefined, close: () => undefined },
		);
	},
	toJson: ({ id, format, file, bytes, turns, tail }) => ({ id, format, file, bytes, turns, ...tail }),
};

/** null: the user stopped it; nothing is left of it but what has gone to stdout. */
async function write(
	exported: Export,
	to: { file: Target; format: Format; isForced: boolean },
	{ context, shown }: { context: CommandContext; shown: Shown<unknown> },
): Promise<number | null> {
	try {
		return await writeExport(exported, to, { live: context.live, signal: shown.signal });
	} catch (error) {
		if (shown.signal.aborted) return null;
		throw error;
	} finally {
		context.progress(null);
	}
}

function idOf(ref: string | null, { conversation }: CommandContext, store: SessionStore): SessionId {
	if (ref !== null || conversation === null) return store.resolve(ref ?? 'latest');
	const open = conversation.session();
	if (open === null) throw noSessionYet();
	return open.id;
}

/** Throws `refused` where nobody can be asked, and after a no. */
async function agreeOnSecrets({ ask, called }: CommandContext): Promise<void> {
	if (ask === null)
		throw new RelayError('refused', '--no-redact leaves secrets in the file, and nobody can be asked here.', {
			hint: `If that is meant: ${called('export')} --no-redact -y`,
		});
	const question = 'Write keys, passwords and paths of the home folder into the file, as agents met them?';
	if ((await ask(question, NO_OR_YES)) === 'yes') return;
	throw new RelayError('refused', 'Nothing was exported.', { hint: `Without secrets: ${called('export')}` });
}

async function cleanerFor(context: CommandContext, { noRedact }: ExportOptions): Promise<Cleaner> {
	if (noRedact) return createCleaner({ redactor: null, homes: [] });
	const { registry } = await context.settings();
	const { home, env } = context;
	return createCleaner({
		redactor: createRedactor(secretValues(env, registry.adapters)),
		homes: [home, realFolder(home)],
	});
}

/** null: none of them is a race. A record that cannot be read costs the race's table alone. */
function raceOf(found: readonly FoundSession[], store: SessionStore, problems: string[]): RaceRecord | null {
	const session = found.find(({ entry: { meta } }) => meta.kind === 'race' && meta.parent === null);
	const id = session === undefined ? null : parseSessionId(session.entry.meta.id);
	if (id === null) return null;
	try {
		return readRace(id, store);
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		problems.push(error.message);
		return null;
	}
}
