/** Every command of the shell, in the order of `/help`. */
import { agents } from '../../commands/agents/options.ts';
import { configShow } from '../../commands/config/options.ts';
import { diff } from '../../commands/diff/options.ts';
import { files } from '../../commands/files/options.ts';
import { limits } from '../../commands/limits/options.ts';
import { plan } from '../../commands/plan/options.ts';
import { sessions } from '../../commands/sessions/options.ts';
import { transcript } from '../../commands/transcript/options.ts';
import { answer } from './answer.ts';
import { chat } from './chat.ts';
import { checkpoint } from './checkpoint.ts';
import { exit } from './exit.ts';
import { slashCommand } from './from-command.ts';
import { help } from './help.ts';
import { model } from './model.ts';
import { startNew } from './new.ts';
import { note } from './note.ts';
import { permissions } from './permissions.ts';
import { queue } from './queue.ts';
import { race } from './race.ts';
import { resume } from './resume.ts';
import { retry } from './retry.ts';
import { say } from './say.ts';
import type { SlashCommand } from './slash-command.ts';
import { status } from './status.ts';
import { use } from './use.ts';

export const SLASH_COMMANDS: readonly SlashCommand[] = [
	use,
	slashCommand(agents),
	model,
	permissions,
	status,
	slashCommand(limits),
	retry,
	answer,
	chat,
	say,
	race,
	queue,
	slashCommand(plan),
	slashCommand(files),
	slashCommand(diff),
	slashCommand(transcript),
	slashCommand(sessions),
	resume,
	startNew,
	checkpoint,
	note,
	slashCommand(configShow),
	help,
	exit,
];
