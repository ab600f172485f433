import { describe, expect, it } from 'vitest';
import { armouredForAgents } from '../../../../src/git/repo/agent-armour.ts';

const settingOf = (env: Record<string, string>, key: string) => {
	const name = Object.keys(env).findLast((one) => /^GIT_CONFIG_KEY_/.test(one) && env[one] === key);
	return name && env[name.replace('KEY', 'VALUE')];
};

describe('the git of an agent in a repo that is not trusted', () => {
	it('has what the repo names switched off, and counts every setting', () => {
		const env = armouredForAgents({ HOME: '/home/me' }, [['filter.evil.clean', '']]);
		expect(env.HOME).toBe('/home/me');
		expect(settingOf(env, 'core.fsmonitor')).toBe('false');
		expect(settingOf(env, 'filter.evil.clean')).toBe('');
		const keys = Object.keys(env).filter((name) => name.startsWith('GIT_CONFIG_KEY_'));
		expect(env.GIT_CONFIG_COUNT).toBe(String(keys.length));
		expect(env).toHaveProperty(`GIT_CONFIG_VALUE_${keys.length - 1}`);
	});

	it('keeps the settings that its user gave by variables, and outranks them', () => {
		const given = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: 'Me' };
		const env = armouredForAgents(given, []);
		expect(env).toMatchObject({ GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: 'Me' });
		expect(env.GIT_CONFIG_KEY_1).toBe('core.fsmonitor');
	});
});
