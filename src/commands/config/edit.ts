/** `config edit`: the user's own file in their own editor. What they leave is checked before it replaces the file. */
import { readConfigText, replaceConfigText } from '../../config/edit-config.ts';
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { type EditData, editOptions } from './run.ts';

const FIRST_LINES = `# The keys, what they do and their defaults: agent-relay config show
`;

export const configEdit: Body<object, EditData> = {
	async run(context) {
		const { commandLine, paths } = context;
		if (commandLine?.hasTerminal !== true)
			throw new RelayError('usage', 'config edit opens an editor, and there is no terminal.', {
				hint: 'Change one value: agent-relay config set KEY VALUE, or config unset KEY',
			});
		const file = paths.userConfig;
		const before = readConfigText(file);
		const begun = before === '' ? FIRST_LINES : before;
		for (let draft = begun; ; ) {
			draft = await commandLine.editText(draft, { file: 'config.toml', what: 'the configuration' });
			const after = draft === FIRST_LINES ? '' : draft;
			try {
				const isChanged = replaceConfigText(file, { before, after }, editOptions(context));
				return { exitCode: EXIT.done, data: { kind: isChanged ? 'edited' : 'unchanged', file } };
			} catch (error) {
				if (!(await wantsAgain(error, context))) throw error;
			}
		}
	},
	toJson: () => undefined,
};

/** What is wrong in it can be mended in the editor, so that nothing is typed twice. */
async function wantsAgain(error: unknown, { ask, show }: CommandContext): Promise<boolean> {
	if (!(error instanceof RelayError) || error.code !== 'bad_config' || ask === null) return false;
	show(({ theme }) => [theme.warn(safeLine(error.message, 500))]);
	const answer = await ask('The file is as it was. What now?', [
		{ value: 'edit', label: 'edit it again' },
		{ value: 'leave', label: 'throw the changes away' },
	]);
	return answer === 'edit';
}
