import { RelayError } from '../../core/errors.ts';
import { parseSessionId } from '../../core/ids.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { requireWorkstream } from '../../workstreams/registry/registry-file.ts';
import { requireWorkstreamName, type WorkstreamName } from '../../workstreams/workstream-name.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { findAttachment } from './attachment.ts';
import { type ChangedData, changedToJson } from './change-workstreams.ts';

/** Asks for the name, unless that was agreed to. Throws `refused` while a session that is open is attached to it. */
export const wsDelete: Body<{ name: string; yes: boolean }, ChangedData> = {
	async run(context, { name: typed, yes: isAgreed }) {
		const name = requireWorkstreamName(typed);
		const workstreams = await context.workstreams();
		const workstream = requireWorkstream(workstreams.registry(), name);
		await refuseAttached(name, context);
		if (!isAgreed) await agree(name, context);
		workstreams.remove(name);
		return {
			exitCode: EXIT.done,
			data: { done: 'deleted', workstream, saved: null, session: null, texts: null },
		};
	},
	toJson: changedToJson,
};

async function refuseAttached(name: WorkstreamName, context: CommandContext): Promise<void> {
	const { name: attached } = await findAttachment(context, null);
	const open = attached === name ? 'this session' : await openSessionOn(name, context);
	if (open === null) return;
	throw new RelayError('refused', `The workstream ${name} stays: ${open} is attached to it.`, {
		hint: `First: agent-relay ws park ${name}, or switch to another one`,
	});
}

/** A session of this repo that a relay works in now; null: none. */
async function openSessionOn(name: WorkstreamName, context: CommandContext): Promise<string | null> {
	const workstreams = await context.workstreams();
	const store = await context.store();
	for (const [session, of] of workstreams.markers()) {
		const id = of === name ? parseSessionId(session) : null;
		if (id === null || workstreams.attachedTo(session) !== name) continue;
		try {
			if (store.status(id).status === 'active') return `session ${id.slice(-6)}`;
		} catch (error) {
			// It is in another repo, or was removed.
			if (!(error instanceof RelayError)) throw error;
		}
	}
	return null;
}

/** In the shell a question with two answers; on a terminal the name is typed. */
async function agree(name: WorkstreamName, { ask, askText, ownName }: CommandContext): Promise<void> {
	if (askText !== null) {
		const typed = await askText(`Type ${name} to remove it for good, with its files`);
		if (typed?.trim() === name) return;
		throw new RelayError('refused', `Nothing was removed: ${name} was not typed.`);
	}
	const answer = await ask?.(`Remove the workstream ${name} for good, with its files?`, [
		{ value: 'keep', label: 'keep it' },
		{ value: 'remove', label: 'remove it' },
	]);
	if (answer === 'remove') return;
	throw new RelayError('refused', `The workstream ${name} stays.`, {
		hint: `Without a question: ${ownName} ws delete ${name} --yes`,
	});
}
