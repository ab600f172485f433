/** Every command of this folder, for the front ends to take those that are theirs, in the order of the program's help. */
import { agents } from './agents/options.ts';
import { answer } from './answer/options.ts';
import { archive, unarchive } from './archive/options.ts';
import { attach } from './attach/options.ts';
import { blame } from './blame/options.ts';
import { chat } from './chat/options.ts';
import { checkpoint } from './checkpoint/options.ts';
import { completion } from './completion/options.ts';
import {
	configAllow,
	configDisallow,
	configEdit,
	configGet,
	configPath,
	configSet,
	configShow,
	configTrust,
	configUnset,
} from './config/options.ts';
import { conversation } from './conversation/options.ts';
import { conversations } from './conversations/options.ts';
import { deleteSessions } from './delete/options.ts';
import { demo } from './demo/options.ts';
import { diff } from './diff/options.ts';
import { doctor } from './doctor/options.ts';
import { exportSession } from './export/options.ts';
import { files } from './files/options.ts';
import { forget } from './forget/options.ts';
import { fork } from './fork/options.ts';
import { handoff } from './handoff/options.ts';
import { help } from './help/options.ts';
import { hook } from './hook/options.ts';
import { hooksInstall, hooksStatus, hooksUninstall } from './hooks/options.ts';
import { limits, limitsClear } from './limits/options.ts';
import { mcp, mcpInstall, mcpUninstall } from './mcp/options.ts';
import { metrics } from './metrics/options.ts';
import {
	kill,
	nameArchive,
	nameCreate,
	nameKill,
	nameList,
	namePrune,
	nameRebind,
	nameSelect,
	nameStatus,
	nameUnarchive,
} from './name/options.ts';
import { note } from './note/options.ts';
import { output } from './output/options.ts';
import { packet } from './packet/options.ts';
import { pair } from './pair/options.ts';
import { plan } from './plan/options.ts';
import { prune } from './prune/options.ts';
import { questions } from './questions/options.ts';
import { raceAdopt } from './race/adopt/options.ts';
import { raceClean } from './race/clean/options.ts';
import { raceDiff } from './race/diff/options.ts';
import { raceList } from './race/list/options.ts';
import { raceOpen } from './race/open/options.ts';
import { race } from './race/options.ts';
import { raceResume } from './race/resume/options.ts';
import { raceShow } from './race/show/options.ts';
import { redo } from './redo/options.ts';
import { reindex } from './reindex/options.ts';
import { rename } from './rename/options.ts';
import { run } from './run/options.ts';
import {
	runnerAttach,
	runnerBackground,
	runnerClone,
	runnerCreate,
	runnerDelete,
	runnerEdit,
	runnerKill,
	runnerList,
	runnerOpen,
	runnerOverride,
	runnerPeek,
	runnerResolve,
	runnerRestart,
	runnerSend,
	runnerShow,
	runnerWait,
} from './runner/options.ts';
import { search } from './search/options.ts';
import { sessions } from './sessions/options.ts';
import { setup } from './setup/options.ts';
import { resume, shell } from './shell/options.ts';
import { show } from './show/options.ts';
import { tag } from './tag/options.ts';
import { tags } from './tags/options.ts';
import { undo } from './undo/options.ts';
import { watch } from './watch/options.ts';
import {
	wsBackfill,
	wsComplete,
	wsDelete,
	wsEdit,
	wsIdea,
	wsImport,
	wsList,
	wsNew,
	wsPark,
	wsSave,
	wsShow,
	wsStatus,
	wsSummaries,
	wsSummarize,
	wsSwitch,
} from './ws/options.ts';

export const COMMANDS = {
	shell,
	run,
	chat,
	race,
	raceShow,
	raceList,
	raceDiff,
	raceOpen,
	raceAdopt,
	raceResume,
	raceClean,
	sessions,
	search,
	conversation,
	conversations,
	show,
	blame,
	output,
	packet,
	watch,
	diff,
	metrics,
	export: exportSession,
	undo,
	redo,
	resume,
	attach,
	checkpoint,
	handoff,
	fork,
	rename,
	note,
	tag,
	tags,
	archive,
	unarchive,
	delete: deleteSessions,
	nameList,
	nameCreate,
	nameSelect,
	nameStatus,
	nameArchive,
	nameUnarchive,
	nameRebind,
	namePrune,
	nameKill,
	kill,
	wsStatus,
	wsNew,
	wsList,
	wsShow,
	wsSave,
	wsSwitch,
	wsPark,
	wsComplete,
	wsDelete,
	wsIdea,
	wsEdit,
	wsSummarize,
	wsSummaries,
	wsBackfill,
	wsImport,
	runnerOpen,
	runnerList,
	runnerShow,
	runnerCreate,
	runnerAttach,
	runnerBackground,
	runnerClone,
	runnerEdit,
	runnerRestart,
	runnerKill,
	runnerDelete,
	runnerOverride,
	runnerResolve,
	runnerSend,
	runnerPeek,
	runnerWait,
	pair,
	agents,
	questions,
	answer,
	limits,
	limitsClear,
	mcp,
	mcpInstall,
	mcpUninstall,
	hooksInstall,
	hooksUninstall,
	hooksStatus,
	hook,
	prune,
	reindex,
	forget,
	configShow,
	configGet,
	configPath,
	configSet,
	configUnset,
	configEdit,
	configAllow,
	configDisallow,
	configTrust,
	setup,
	doctor,
	demo,
	completion,
	help,
	files,
	plan,
} as const;

interface Family {
	about: string;
	examples: readonly string[];
	/** Another word that calls it. */
	alias?: string;
}

/** Groups that are not commands themselves, by the first word of those below them. */
export const FAMILIES: Readonly<Record<string, Family>> = {
	name: {
		about: 'keep lines of work apart, each with its own sessions and bound to a folder',
		examples: ['name create review --worktree ../review', 'name list', '--name review'],
		alias: 'session',
	},
	ws: {
		about: 'lines of work that outlive sessions: their state goes with the first prompt of each session',
		examples: ['ws new auth move the login to tokens', 'ws', 'ws switch auth'],
	},
	runner: {
		about:
			'agents and commands that live on in tmux when their terminal goes, and that several can attach to',
		examples: ['runner create api --agent claude --repo .', 'runner attach api', 'runner'],
	},
	hooks: {
		about: 'connect agents that you use by hand: workstream, warnings and limits, through their own hooks',
		examples: ['hooks install claude', 'hooks status', 'hooks uninstall claude'],
	},
	config: {
		about: 'show and change the configuration',
		examples: ['config show', 'config set limits.patience_s 30', 'config edit'],
	},
};
