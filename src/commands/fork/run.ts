/** Forks a session after one of its turns, with the files of that turn if asked for. */
import type { KeptSetting } from '../../config/given-settings.ts';
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { type ForkPoint, findForkPoint, forkSession, repackFork } from '../../relay/packet/fork-session.ts';
import type { Ports } from '../../relay/ports.ts';
import { findConversation } from '../../relay/resume/find-conversation.ts';
import { noSessionYet } from '../../relay/session-view.ts';
import { bringToTurn, previewBringing } from '../../undo/bring-to-turn.ts';
import type { UndoDeps, UndoResult } from '../../undo/undo-contract.ts';
import { agreeOnOrigin } from '../agree-on-origin.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { askFirst, isStopped, undoDeps } from '../undo/take-back.ts';
import { undoToJson } from '../undo/undo-json.ts';

interface ForkOptions {
	/** null: the latest, in the shell the open one. */
	ref: string | null;
	turn: number | null;
	files: boolean;
	to: string | null;
	partial: boolean;
	force: boolean;
	yes: boolean;
	trust: boolean;
	here: boolean;
}

export interface ForkData {
	from: SessionId;
	turn: number;
	/** null: it was not made, because of files that changed since. */
	fork: { id: SessionId; packet: string; to: string; settings: readonly KeptSetting[] } | null;
	/** What became of the files; null: they were not asked for, or are as they should be. */
	files: UndoResult | null;
	/** The shell goes on in it. */
	isOpen: boolean;
	/** How the command and this program are called where this is read. */
	command: string;
	ownName: string;
}

export const fork: Body<ForkOptions, ForkData> = {
	async run(context, options) {
		refuseOddMix(options);
		const ports = await context.ports({ isTrusted: options.trust, config: [] });
		const to = options.to === null ? null : ports.settings().registry.parse(options.to);
		const from = await sessionOf(options.ref, context);
		const point = findForkPoint(from, options.turn, ports.store);
		const { turn } = point.state;
		const data = {
			from,
			turn,
			isOpen: context.conversation !== null,
			command: `${context.called('fork')}${context.conversation === null ? ` ${from.slice(-6)}` : ''} --turn ${turn} --files`,
			ownName: context.ownName,
		};
		const request = { point, to, hasFiles: options.files, isHere: options.here };
		const preview = options.files ? await lookAtFiles(point, from, options, context) : null;
		if (preview !== null && isStopped(preview, options))
			return {
				exitCode: EXIT.refused,
				data: { ...data, fork: null, files: { ...preview, status: 'conflicts' } },
			};
		const isAccepted =
			!options.here &&
			(await agreeOnOrigin(context, from, 'Fork it? Agents get what its records say as a quote.'));
		const made = await forkSession({ ...request, isAccepted }, ports);
		const files =
			preview === null ? null : await takeBack({ point, to }, made.id, options, { context, ports });
		if (files !== null && files.status !== 'done')
			return { exitCode: EXIT.refused, data: { ...data, fork: null, files } };
		await context.conversation?.resume(made.id, { isInPlace: true });
		const done = { ...made, to: to?.agent ?? point.state.agent };
		return { exitCode: EXIT.done, data: { ...data, fork: done, files } };
	},
	toJson: ({ from, turn, fork, files }) => ({
		id: fork?.id ?? null,
		forked_from: { session: from, turn },
		to: fork?.to ?? null,
		packet: fork?.packet ?? null,
		config: Object.fromEntries(fork?.settings.map(({ key, value }) => [key, value]) ?? []),
		files: files === null ? null : undoToJson({ session: fork?.id ?? from, result: files, command: '' }),
	}),
};

/** Throws RelayError `usage`. */
function refuseOddMix({ files, partial, force }: ForkOptions): void {
	if (files || !(partial || force)) return;
	throw new RelayError('usage', `${partial ? '--partial' : '--force'} says what happens to files.`, {
		hint: 'Give --files too.',
	});
}

async function sessionOf(ref: string | null, { conversation, store }: CommandContext): Promise<SessionId> {
	if (conversation === null) return findConversation(ref ?? 'latest', await store()).id;
	const open = conversation.session();
	if (open === null) throw noSessionYet();
	return open.id;
}

/** Asks where somebody can answer, and nothing is in the way. */
async function lookAtFiles(
	point: ForkPoint,
	session: SessionId,
	options: ForkOptions,
	context: CommandContext,
): Promise<UndoResult | null> {
	const deps = await undoDeps(context);
	refuseElsewhere(point, deps);
	const preview = await previewBringing({ session, turn: point.state.turn }, deps);
	if (preview === null || isStopped(preview, options) || options.yes || context.ask === null) return preview;
	await askFirst(context, context.ask, preview, options);
	return preview;
}

/** Throws `refused`: the files of another worktree are another command's. */
function refuseElsewhere({ meta }: ForkPoint, { repo }: UndoDeps): void {
	const there = meta.repo.worktree;
	if (there === repo.worktree) return;
	throw new RelayError('refused', `The files of session ${meta.id} are in ${there}, not here.`, {
		hint: `Fork it there: agent-relay -C ${there} fork ${meta.id.slice(-6)} --turn N --files`,
	});
}

/** The fork goes again if the files cannot follow it. */
async function takeBack(
	request: Pick<Parameters<typeof forkSession>[0], 'point' | 'to'>,
	fork: SessionId,
	{ partial, force }: ForkOptions,
	{ context, ports }: { context: CommandContext; ports: Ports },
): Promise<UndoResult | null> {
	const { point } = request;
	const deps = await undoDeps(context);
	const from = { session: deps.store.resolve(point.meta.id), turn: point.state.turn };
	const session = deps.store.open(fork);
	let result: UndoResult | null = null;
	try {
		result = await bringToTurn(from, session, { isPartial: partial, isForced: force }, deps);
		if (result === null || result.status === 'done') await repackFork(session, request, ports);
	} catch (error) {
		session.release();
		if (result === null) deps.store.remove(fork);
		throw error;
	}
	session.release();
	if (result !== null && result.status !== 'done') deps.store.remove(fork);
	return result;
}
