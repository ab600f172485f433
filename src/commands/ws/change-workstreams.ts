/** What changes a workstream: new, save, switch, park, complete. Each is one step: all of it, or nothing. */
import { resolve } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { readRegularText } from '../../core/files/read-file.ts';
import { safeLine } from '../../core/text.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Save } from '../../workstreams/records/save-files.ts';
import {
	findWorkstream,
	MAX_DESCRIPTION_CHARS,
	requireWorkstream,
	type Workstream,
} from '../../workstreams/registry/registry-file.ts';
import { requireWorkstreamName, type WorkstreamName } from '../../workstreams/workstream-name.ts';
import type { WorkstreamTexts } from '../../workstreams/workstreams-contract.ts';
import type { Body, Result } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { type Attachment, chosenWorkstream, findAttachment, saveFromRecords } from './attachment.ts';
import { inWordsFirst } from './in-words-first.ts';
import { workstreamToJson } from './workstream-json.ts';

export interface ChangedData {
	done: 'created' | 'saved' | 'switched' | 'parked' | 'completed' | 'deleted' | 'edited' | 'unchanged';
	workstream: Workstream;
	/** What was saved before that; null: nothing. */
	saved: WorkstreamName | null;
	/** The session that is attached to it now; null: none. */
	session: string | null;
	/** What it stands at, where that is asked for. */
	texts: WorkstreamTexts | null;
}

export function changedToJson({
	done,
	workstream,
	saved,
	session,
	texts,
}: ChangedData): Record<string, unknown> {
	const read =
		texts === null ? {} : { state: texts.state, plan: texts.plan, architecture: texts.architecture };
	return { done, workstream: workstreamToJson(workstream), saved, session, ...read };
}

interface Named {
	name: string | null;
	session: string | null;
}

export const wsNew: Body<{ name: string; description: string | null; session: string | null }, ChangedData> =
	{
		async run(context, { name: typed, description: words, session }) {
			const name = requireWorkstreamName(typed);
			const description = requireDescription(words);
			const attachment = await findAttachment(context, session);
			const workstreams = await context.workstreams();
			if (findWorkstream(workstreams.registry(), name) === null)
				await wordsFirst(attachment.name, attachment, context);
			const saved = await saveOfPresent(attachment, context);
			const made = workstreams.create({ name, description }, { saved, session: attachment.session });
			choose(context, name);
			return changed('created', { workstream: made, saved: saved?.name ?? null, attachment });
		},
		toJson: changedToJson,
	};

interface SaveOptions extends Named {
	state: string | null;
	file: string | null;
}

export const wsSave: Body<SaveOptions, ChangedData> = {
	async run(context, { name: typed, session, ...text }) {
		const attachment = await findAttachment(context, session);
		const workstreams = await context.workstreams();
		const name = chosenWorkstream(typed, attachment, workstreams);
		requireWorkstream(workstreams.registry(), name);
		const written = await readState(text, context);
		if (written === null) await wordsFirst(name, attachment, context);
		const save = await saveFromRecords(name, attachment, context);
		const byHand: Save = written === null ? save : { ...save, state: () => written, by: 'hand' };
		// A session that was attached to nothing works on what it saves.
		const own = attachment.name === null ? attachment.session : save.session;
		const workstream = workstreams.save({ ...byHand, session: own ?? save.session });
		return changed('saved', { workstream, saved: null, attachment });
	},
	toJson: changedToJson,
};

export const wsSwitch: Body<{ name: string; session: string | null }, ChangedData> = {
	async run(context, { name: typed, session }) {
		const name = requireWorkstreamName(typed);
		const attachment = await findAttachment(context, session);
		const workstreams = await context.workstreams();
		// Before anything is read for a save that will not be.
		requireWorkstream(workstreams.registry(), name);
		if (attachment.name !== name) await wordsFirst(attachment.name, attachment, context);
		const saved = attachment.name === name ? null : await saveOfPresent(attachment, context);
		const texts = workstreams.switchTo(name, { saved, session: attachment.session });
		choose(context, name);
		return {
			...changed('switched', { workstream: texts.entry, saved: saved?.name ?? null, attachment, texts }),
		};
	},
	toJson: changedToJson,
};

export const wsPark: Body<Named, ChangedData> = {
	run: (context, options) => leave('parked', options, context),
	toJson: changedToJson,
};

export const wsComplete: Body<Named, ChangedData> = {
	run: (context, options) => leave('completed', options, context),
	toJson: changedToJson,
};

async function leave(
	done: 'parked' | 'completed',
	{ name: typed, session }: Named,
	context: CommandContext,
): Promise<Result<ChangedData>> {
	const attachment = await findAttachment(context, session);
	const workstreams = await context.workstreams();
	const name = chosenWorkstream(typed, attachment, workstreams);
	requireWorkstream(workstreams.registry(), name);
	await wordsFirst(name, attachment, context);
	const save = await saveFromRecords(name, attachment, context);
	const workstream = workstreams.save({ ...save, status: done });
	if (context.conversation?.workstream.chosen === name) choose(context, null);
	return changed(done, { workstream, saved: null, attachment: { ...attachment, session: null } });
}

/** The words of the session that is attached to the workstream to be saved; other sessions were saved at their end. */
async function wordsFirst(
	name: WorkstreamName | null,
	{ name: attached, records }: Attachment,
	context: CommandContext,
): Promise<void> {
	if (name === null || name !== attached || records === null) return;
	await inWordsFirst(context, async (how) => {
		const { workstreams } = await context.ports({ isTrusted: false, config: [] });
		await workstreams?.saveInWords(records.id, how);
	});
}

/** For the sessions that the shell begins next. */
function choose({ conversation }: CommandContext, name: WorkstreamName | null): void {
	if (conversation !== null) conversation.workstream.chosen = name;
}

/** null: nothing is attached. */
async function saveOfPresent(attachment: Attachment, context: CommandContext): Promise<Save | null> {
	return attachment.name === null ? null : saveFromRecords(attachment.name, attachment, context);
}

function changed(
	done: ChangedData['done'],
	{
		workstream,
		saved,
		attachment,
		texts = null,
	}: {
		workstream: Workstream;
		saved: WorkstreamName | null;
		attachment: Attachment;
		texts?: WorkstreamTexts | null;
	},
): Result<ChangedData> {
	const session = attachment.session?.id ?? null;
	return { exitCode: EXIT.done, data: { done, workstream, saved, session, texts } };
}

/** Throws RelayError `usage`. */
export function requireDescription(words: string | null): string {
	const description = safeLine(words ?? '', MAX_DESCRIPTION_CHARS + 1);
	if ([...description].length <= MAX_DESCRIPTION_CHARS) return description;
	throw new RelayError('usage', `A description has at most ${MAX_DESCRIPTION_CHARS} characters.`, {
		hint: 'Say the rest in the state: agent-relay ws edit NAME',
	});
}

/** null: none was given. Throws `usage`, `unreadable_file`. */
async function readState(
	{ state, file }: Pick<SaveOptions, 'state' | 'file'>,
	{ folder, readTask }: CommandContext,
): Promise<string | null> {
	if (state !== null && file !== null)
		throw new RelayError('usage', '--state and --file give two states.', { hint: 'Give one of them.' });
	if (file === null) return state;
	if (file !== '-') {
		const path = resolve(folder, file);
		const text = readRegularText(path, MAX_STATE_FILE_BYTES);
		if (text !== null) return text;
		throw new RelayError('unreadable_file', `Cannot read a state from ${safeLine(path, 300)}.`, {
			hint: 'It must be a file of at most 1 MiB.',
		});
	}
	const called = {
		word: 'task',
		example: 'agent-relay ws save --file state.md',
		question: 'What is the state?',
	} as const;
	return readTask({ argument: null, file, encoding: null, isOptional: false, called });
}

const MAX_STATE_FILE_BYTES = 1024 * 1024;
