/** Removes sessions for good: records, packets, and what the user said in them. */
import { existsSync } from 'node:fs';
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { turnNumbers } from '../../sessions/files/session-paths.ts';
import { type SessionSummary, sessionIds } from '../../sessions/listing/session-list.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { planRemoval, type Removal, refuseNewChild } from './plan-removal.ts';

interface DeleteOptions {
	ref: readonly string[];
	yes: boolean;
}

export interface DeletedSession {
	id: SessionId;
	/** Untrusted text. */
	title: string;
	turns: number;
	folder: string;
	/** What the user said there is gone too; false: there was nothing, or a copy of the repo needs it. */
	isWitnessGone: boolean;
	/** Why it stays; null: it is gone. */
	problem: RelayError | null;
}

export interface DeleteData {
	deleted: readonly DeletedSession[];
	/** Removals that a killed process had left, finished now. */
	finished: readonly SessionId[];
	ownName: string;
}

export const deleteSessions: Body<DeleteOptions, DeleteData> = {
	async run(context, { ref: refs, yes: isAgreed }) {
		const { ownName } = context;
		const store = await context.store();
		const finished = store.finishRemovals();
		const isFinished = (ref: string) => {
			const part = ref.toUpperCase();
			return part !== '' && finished.some((id) => id.startsWith(part) || id.endsWith(part));
		};
		const named = refs.filter((ref) => !isFinished(ref)).map((ref) => store.resolve(ref));
		const removals = planRemoval([...new Set(named)], store);
		if (!isAgreed) await agree(removals, context);
		const known = new Set(sessionIds(store.location));
		const deleted = removals.flatMap(({ session, entrants }) =>
			[...entrants, session].map((one) => remove(one, known, store)),
		);
		const isWhole = deleted.every(({ problem }) => problem === null);
		return { exitCode: isWhole ? EXIT.done : EXIT.refused, data: { deleted, finished, ownName } };
	},
	toJson: ({ deleted, finished }) => ({
		sessions: deleted.map(({ id, title, turns, folder, isWitnessGone, problem }) => ({
			id,
			title: title === '' ? null : title,
			turns,
			folder,
			removed: problem === null,
			witness_removed: isWitnessGone,
			problem: problem?.message ?? null,
		})),
		finished,
	}),
};

/** Throws `refused` unless the user types the id of each. */
async function agree(
	removals: readonly Removal[],
	{ askText, notice, ownName }: CommandContext,
): Promise<void> {
	if (askText === null)
		throw new RelayError('refused', 'Nothing was removed: nobody can be asked here.', {
			hint: `Without a question: ${ownName} delete ${removals.map(({ session }) => session.id.slice(-6)).join(' ')} --yes`,
		});
	for (const { session, entrants } of removals) {
		const ref = session.id.slice(-6);
		const more = entrants.length === 0 ? '' : `, with ${formatPlural(entrants.length, 'entrant')}`;
		const turns = formatPlural(turnNumbers(session.folder).length, 'turn');
		notice(`Session ${session.id} (${turns}${more}): ${safeLine(titleOf(session), 60)}`);
		const typed = await askText(`Type ${ref} to remove it for good`);
		const isMeant = typed !== null && typed.trim() !== '' && session.id.endsWith(typed.trim().toUpperCase());
		if (isMeant && typed.trim().length >= ref.length) continue;
		throw new RelayError('refused', `Nothing was removed: ${ref} was not typed.`);
	}
}

function remove(session: SessionSummary, known: ReadonlySet<SessionId>, store: SessionStore): DeletedSession {
	const { id, folder } = session;
	const turns = turnNumbers(folder).length;
	const { path: witness } = store.witness(id);
	const hadWitness = existsSync(witness);
	const problem = problemOf(() =>
		store.remove(id, (is) => (is === 'gone' ? refuseNewChild(id, known, store) : undefined)),
	);
	const isWitnessGone = hadWitness && !existsSync(witness);
	return { id, title: titleOf(session), turns, folder, isWitnessGone, problem };
}

function problemOf(act: () => void): RelayError | null {
	try {
		act();
		return null;
	} catch (error) {
		if (error instanceof RelayError) return error;
		throw error;
	}
}

const titleOf = ({ meta, problem }: SessionSummary) => meta?.title ?? meta?.objective ?? problem ?? '';
