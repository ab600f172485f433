/** `ws edit`: a text of a workstream in the user's own editor. What they leave is checked before it replaces the file. */
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { firstState } from '../../workstreams/state/state-text.ts';
import type { WorkstreamName } from '../../workstreams/workstream-name.ts';
import type { Workstreams } from '../../workstreams/workstreams-contract.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { chosenWorkstream, findAttachment } from './attachment.ts';
import { type ChangedData, changedToJson } from './change-workstreams.ts';

interface EditOptions {
	name: string | null;
	plan: boolean;
	architecture: boolean;
	session: string | null;
}

type Kind = 'state' | 'plan' | 'architecture';

export const wsEdit: Body<EditOptions, ChangedData> = {
	async run(context, options) {
		const { commandLine } = context;
		const kind = kindOf(options);
		const workstreams = await context.workstreams();
		const name = chosenWorkstream(options.name, await findAttachment(context, options.session), workstreams);
		const texts = workstreams.texts(name);
		if (commandLine?.hasTerminal !== true)
			throw new RelayError('usage', 'ws edit opens an editor, and there is no terminal.', {
				hint: `Give the whole text: agent-relay ws save ${name} --file FILE`,
			});
		const before = texts[kind] ?? '';
		const begun = before === '' && kind === 'state' ? firstState(name, texts.entry.description) : before;
		for (let draft = begun; ; ) {
			draft = await commandLine.editText(draft, { file: `${kind}.md`, what: `the ${kind} of ${name}` });
			if (draft === before) return result('unchanged', name, workstreams);
			try {
				replace(workstreams, name, { kind, text: draft });
				return result('edited', name, workstreams);
			} catch (error) {
				if (!(await wantsAgain(error, context))) throw error;
			}
		}
	},
	toJson: changedToJson,
};

function kindOf({ plan, architecture }: EditOptions): Kind {
	if (plan && architecture) throw new RelayError('usage', 'Give --plan or --architecture, not both.');
	return plan ? 'plan' : architecture ? 'architecture' : 'state';
}

function replace(
	workstreams: Workstreams,
	name: WorkstreamName,
	{ kind, text }: { kind: Kind; text: string },
): void {
	if (kind === 'state')
		workstreams.save({ name, state: () => text, by: 'hand', session: null, segment: null });
	else workstreams.write(name, kind, text);
}

function result(done: ChangedData['done'], name: WorkstreamName, workstreams: Workstreams) {
	const { entry } = workstreams.texts(name);
	return { exitCode: EXIT.done, data: { done, workstream: entry, saved: null, session: null, texts: null } };
}

/** What is too long can be shortened in the editor, so that nothing is typed twice. */
async function wantsAgain(error: unknown, { ask, show }: CommandContext): Promise<boolean> {
	if (!(error instanceof RelayError) || error.code !== 'refused' || ask === null) return false;
	show(({ theme }) => [theme.warn(safeLine(error.message, 500))]);
	const answer = await ask('The file is as it was. What now?', [
		{ value: 'edit', label: 'edit it again' },
		{ value: 'leave', label: 'throw the changes away' },
	]);
	return answer === 'edit';
}
