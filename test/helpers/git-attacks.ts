import { dirname } from 'node:path';

/** Keys of a repo's git config that make git start a program, each with commands that do. */
export interface GitAttack {
	key: string;
	/** The program that leaves proof. */
	value(program: string): string;
	runs: string[][];
}

const itself = (program: string) => program;
const clean = ['checkout', '-q', '--', '.'];

export const GIT_ATTACKS: readonly GitAttack[] = [
	{ key: 'core.fsmonitor', value: itself, runs: [['status']] },
	{ key: 'filter.evil.clean', value: itself, runs: [['add', '-A']] },
	{ key: 'filter.evil.process', value: itself, runs: [['add', '-A']] },
	{ key: 'diff.evil.textconv', value: itself, runs: [['diff']] },
	{ key: 'diff.evil.command', value: itself, runs: [['diff']] },
	{ key: 'diff.external', value: itself, runs: [['diff']] },
	{ key: 'merge.evil.driver', value: itself, runs: [clean, ['merge', 'side']] },
	{ key: 'core.hooksPath', value: (program) => dirname(program), runs: [['commit', '-qam', 'x']] },
	{ key: 'gpg.program', value: itself, runs: [['tag', '-s', '-m', 'x', 'v1']] },
	{
		key: 'gpg.ssh.program',
		value: itself,
		runs: [['-c', 'gpg.format=ssh', 'tag', '-s', '-m', 'x', '-u', '/nowhere', 'v1']],
	},
	{ key: 'commit.gpgSign', value: () => 'true', runs: [['commit', '-qam', 'x']] },
	{ key: 'sequence.editor', value: itself, runs: [clean, ['rebase', '-i', 'HEAD~1']] },
	{ key: 'core.editor', value: itself, runs: [['commit', '-qa']] },
	{ key: 'alias.st', value: (program) => `!${program}`, runs: [['st']] },
	{ key: 'remote.origin.uploadpack', value: itself, runs: [['fetch', 'origin']] },
	{ key: 'remote.origin.receivepack', value: itself, runs: [['push', 'origin', 'main']] },
	{
		key: 'remote.bad.url',
		value: (program) => `ext::${program} x`,
		runs: [
			['config', 'protocol.ext.allow', 'always'],
			['fetch', 'bad'],
		],
	},
	{
		key: 'credential.https://example.org.helper',
		value: (program) => `!${program}`,
		runs: [['credential', 'fill']],
	},
];

/** The canary's name: of `core.hooksPath` the hook that git looks for. */
export const canaryOf = (key: string): string =>
	key === 'core.hooksPath' ? 'pre-commit' : key.replaceAll(/[^A-Za-z]/g, '-');

/** What git reads from stdin for one of the commands. */
export const inputOf = (args: readonly string[]): string =>
	args[0] === 'credential' ? 'protocol=https\nhost=example.org\n\n' : 'y\n';
