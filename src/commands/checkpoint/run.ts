/** Writes the packet of a session now, so that any agent can continue from it. */
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import type { Conversation } from '../../relay/conversation-contract.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { refuseNothing } from '../../relay/packet/hand-off.ts';
import { findConversation } from '../../relay/resume/find-conversation.ts';
import { noSessionYet } from '../../relay/session-view.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import { agreeOnOrigin } from '../agree-on-origin.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { startConversation } from '../conversation-start.ts';
import { inWordsFirst, sessionInWords, shownWords } from '../ws/in-words-first.ts';

interface CheckpointOptions {
	/** null: the latest, in the shell the open one. */
	ref: string | null;
	note: string | null;
	trust: boolean;
	here: boolean;
}

export interface CheckpointData {
	id: SessionId;
	/** Relative to the session's folder. */
	packet: string;
	/** False: it was there already, and nothing has happened since. */
	isNew: boolean;
	isOpen: boolean;
	/** How a printed command calls this program. */
	ownName: string;
}

export const checkpoint: Body<CheckpointOptions, CheckpointData> = {
	async run(context, options) {
		const { conversation, ownName } = context;
		const isOpen = conversation !== null;
		const id = isOpen
			? openOne(conversation)
			: findConversation(options.ref ?? 'latest', await context.store()).id;
		if (isOpen) await inWordsFirst(context, (how) => sessionInWords(conversation, how));
		const made = isOpen ? await conversation.checkpoint(options.note) : await ofNamed(id, options, context);
		return { exitCode: EXIT.done, data: { id, ...made, isOpen, ownName } };
	},
	toJson: ({ id, packet, isNew }) => ({ id, packet, is_new: isNew }),
};

function openOne(conversation: Conversation): SessionId {
	const session = conversation.session();
	if (session === null) throw noSessionYet();
	return session.id;
}

/** Opens the session in place, and lets go of it afterwards. */
async function ofNamed(
	id: SessionId,
	{ note, trust, here }: CheckpointOptions,
	context: CommandContext,
): Promise<{ packet: string; isNew: boolean }> {
	const { live, notice } = context;
	const store = await context.store();
	refuseNothing(id, store, 'checkpoint');
	refuseLive(id, store, context);
	const settings = { permissions: null, timeout: null, trust, here, agent: null, model: null, order: null };
	const conversation = await startConversation(
		context,
		{ ...settings, maxTurns: null, maxCost: null, wait: false, config: [] },
		{ kind: 'run', canAnswer: false },
	);
	let made: { packet: string; isNew: boolean } | null = null;
	await live.conversation(conversation, async (shown) => {
		const { signal } = shown;
		const question = 'Write its packet? It quotes what the records say.';
		const isAccepted = !here && (await agreeOnOrigin(context, id, question));
		for (const line of await conversation.resume(id, { isInPlace: true, isAccepted, signal })) notice(line);
		if (context.parentTurn === null) await sessionInWords(conversation, shownWords(shown));
		made = await conversation.checkpoint(note);
		return { exitCode: EXIT.done };
	});
	if (made === null) throw new Error('a checkpoint without an end');
	return made;
}

/** Throws `session_locked`: only its own relay can write there. */
function refuseLive(id: SessionId, store: SessionStore, { ownName }: Pick<CommandContext, 'ownName'>): void {
	try {
		store.refuseLocked(id);
	} catch (error) {
		if (!(error instanceof RelayError) || error.code !== 'session_locked') throw error;
		throw new RelayError('session_locked', `Session ${id} is open elsewhere: ${error.message}.`, {
			hint: `In its own shell: /checkpoint. A relay that is left with work undone writes the packet itself; to end it from here: ${ownName} kill`,
			cause: error,
		});
	}
}
