/** `undo` and `redo`: find the session, look, ask where somebody can answer, and act under the session's lock. */
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { acceptOrigin, requireOrigin } from '../../relay/resume/session-origin.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import { sessionsToUndo, sessionToRedo } from '../../undo/find-undo.ts';
import { nothingToUndo, previewUndo, type UndoRequest, undo } from '../../undo/undo.ts';
import type { UndoDeps, UndoResult } from '../../undo/undo-contract.ts';
import { type UndoWork, withUndoWork } from '../../undo/undo-work.ts';
import { agreeOnOrigin, NO_OR_YES } from '../agree-on-origin.ts';
import type { Result } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { previewLines, turnsText } from './describe-undo.ts';

export interface UndoFlags {
	dryRun: boolean;
	partial: boolean;
	force: boolean;
	yes: boolean;
}

export interface UndoData {
	session: SessionId;
	result: UndoResult;
	/** How the commands are called where this is read: `agent-relay undo` or `/undo`. */
	command: string;
}

export async function takeBack(
	context: CommandContext,
	options: UndoFlags & { ref: string | null },
	request: UndoRequest,
): Promise<Result<UndoData>> {
	return withUndoWork(await undoDeps(context), (work) => lookAndAct(context, options, request, work));
}

async function lookAndAct(
	context: CommandContext,
	options: UndoFlags & { ref: string | null },
	request: UndoRequest,
	work: UndoWork,
): Promise<Result<UndoData>> {
	const { store } = work;
	const { id, preview } = await lookFirst(context, options, request, work);
	const data = (result: UndoResult) => ({ session: id, result, command: context.called(request.kind) });
	if (options.dryRun) return { exitCode: EXIT.done, data: data(preview) };
	if (isStopped(preview, options))
		return { exitCode: EXIT.refused, data: data({ ...preview, status: 'conflicts' }) };
	const isAccepted = await agreeOnOrigin(
		context,
		id,
		`${nameOf(request)} from it? Its record says which files.`,
	);
	const command = `${context.called(request.kind)} ${id.slice(-6)}`;
	requireOrigin(store.read(id), store.witness(id), isAccepted, command);
	if (context.ask !== null && !options.yes) {
		await askFirst(context, context.ask, preview, options);
		work.forgetPlans();
	}
	acceptOrigin(id, store);
	const policy = { isPartial: options.partial, isForced: options.force };
	const result = await holding(context, id, work, (session, held) => undo(session, request, policy, held));
	return { exitCode: result.status === 'done' ? EXIT.done : EXIT.refused, data: data(result) };
}

const nameOf = ({ kind }: UndoRequest) => (kind === 'undo' ? 'Undo' : 'Redo');

export async function undoDeps(context: CommandContext): Promise<UndoDeps> {
	const [git, repo, store] = await Promise.all([context.git(), context.repo(), context.store()]);
	const { clock, processes, paths } = context;
	return { git, repo, store, clock, processes, snapshotsFolder: join(paths.stateHome, 'snapshots') };
}

async function lookFirst(
	context: CommandContext,
	{ ref, dryRun }: UndoFlags & { ref: string | null },
	request: UndoRequest,
	work: UndoWork,
): Promise<{ id: SessionId; preview: UndoResult }> {
	for (const id of sessionsMeant(context, ref, request, work)) {
		// What another relay does there changes what is to be seen.
		if (!dryRun && context.conversation?.session()?.id !== id) work.store.refuseLocked(id);
		const preview = await previewUndo(id, request, work);
		if (preview !== null) return { id, preview };
	}
	throw nothingToUndo();
}

/** The session at hand, the named one, or the latest ones. */
function sessionsMeant(
	{ conversation }: CommandContext,
	ref: string | null,
	request: UndoRequest,
	{ store }: UndoDeps,
): Iterable<SessionId> {
	if (ref !== null) return [store.resolve(ref)];
	const open = conversation?.session() ?? null;
	if (open !== null) return [open.id];
	if (request.kind === 'redo') return [sessionToRedo(store)];
	return request.target.kind === 'newest' ? sessionsToUndo(store) : [store.resolve('latest')];
}

export function isStopped(
	{ conflicts, changes }: UndoResult,
	{ partial, force }: Pick<UndoFlags, 'partial' | 'force'>,
): boolean {
	const left = conflicts.filter(({ canForce }) => !(force && canForce));
	return left.length > 0 && !(partial && changes.length + conflicts.length > left.length);
}

export async function askFirst(
	{ show }: CommandContext,
	ask: NonNullable<CommandContext['ask']>,
	preview: UndoResult,
	flags: Pick<UndoFlags, 'force'>,
): Promise<void> {
	show((look) => previewLines(preview, look, flags));
	const verb = preview.kind === 'undo' ? 'Undo' : 'Redo';
	if ((await ask(`${verb} ${turnsText(preview.turns)}?`, NO_OR_YES)) === 'yes') return;
	throw new RelayError('refused', 'Nothing was changed.', { hint: `${verb} it without a question: --yes` });
}

/** The open conversation's own session is held already; any other is locked for this. */
async function holding<T>(
	{ conversation }: CommandContext,
	id: SessionId,
	work: UndoWork,
	act: (session: OpenSession, work: UndoWork) => Promise<T>,
): Promise<T> {
	if (conversation !== null && conversation.session()?.id === id)
		return conversation.holding(({ session, ports }) =>
			act(session, { ...work, repo: ports.repo, store: ports.store }),
		);
	const session = work.store.open(id);
	try {
		return await act(session, work);
	} finally {
		session.release();
	}
}
