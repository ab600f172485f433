/** Every command of the shell, in the order of `/help`. */
import { COMMANDS } from '../../commands/registry.ts';
import { answer } from './answer.ts';
import { checkpoint } from './checkpoint.ts';
import { exit } from './exit.ts';
import { slashCommand } from './from-command.ts';
import { help } from './help.ts';
import { model } from './model.ts';
import { startNew } from './new.ts';
import { note } from './note.ts';
import { permissions } from './permissions.ts';
import { queue } from './queue.ts';
import { raceFamily } from './race.ts';
import { resume } from './resume.ts';
import { retry } from './retry.ts';
import { say } from './say.ts';
import type { SlashCommand } from './slash-command.ts';
import { status } from './status.ts';
import { use } from './use.ts';

export const SLASH_COMMANDS: readonly SlashCommand[] = [
	use,
	slashCommand(COMMANDS.agents),
	model,
	permissions,
	status,
	slashCommand(COMMANDS.limits),
	retry,
	answer,
	slashCommand(COMMANDS.chat),
	say,
	raceFamily(COMMANDS),
	queue,
	slashCommand(COMMANDS.plan),
	slashCommand(COMMANDS.files),
	slashCommand(COMMANDS.diff),
	slashCommand(COMMANDS.transcript),
	slashCommand(COMMANDS.sessions),
	resume,
	startNew,
	checkpoint,
	note,
	slashCommand(COMMANDS.configShow),
	help,
	exit,
];
