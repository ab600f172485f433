/** Every command of the shell, in the order of `/help`. */
import { limits } from '../../commands/limits/options.ts';
import { agents } from './agents.ts';
import { answer } from './answer.ts';
import { chat } from './chat.ts';
import { checkpoint } from './checkpoint.ts';
import { config } from './config.ts';
import { diff } from './diff.ts';
import { exit } from './exit.ts';
import { files } from './files.ts';
import { slashCommand } from './from-command.ts';
import { help } from './help.ts';
import { model } from './model.ts';
import { startNew } from './new.ts';
import { note } from './note.ts';
import { permissions } from './permissions.ts';
import { plan } from './plan.ts';
import { queue } from './queue.ts';
import { race } from './race.ts';
import { resume } from './resume.ts';
import { retry } from './retry.ts';
import { say } from './say.ts';
import { sessions } from './sessions.ts';
import { show } from './show.ts';
import type { SlashCommand } from './slash-command.ts';
import { status } from './status.ts';
import { use } from './use.ts';

export const SLASH_COMMANDS: readonly SlashCommand[] = [
	use,
	agents,
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
	plan,
	files,
	diff,
	show,
	sessions,
	resume,
	startNew,
	checkpoint,
	note,
	config,
	help,
	exit,
];
