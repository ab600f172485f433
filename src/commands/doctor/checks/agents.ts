import type { AgentOverview } from '../../../relay/conversation-contract.ts';
import { type Finding, note, ok, problem } from '../finding.ts';
import { isOlder, TESTED_VERSIONS } from '../tested-versions.ts';

/** A row for each agent that is here, one for those that are not. */
export function checkAgents(agents: readonly AgentOverview[]): Finding[] {
	const real = agents.filter(({ isDemo }) => !isDemo);
	const here = real.filter(({ executable, refused }) => executable !== null || refused !== null);
	const missing = real.filter((agent) => !here.includes(agent));
	const names = missing.map(({ agent }) => agent).join(', ');
	if (here.length === 0) {
		const installs = missing.map(({ agent, install }) => `${agent}: ${install}`).join(' · ');
		return [problem('agents', 'no agent is installed', `Install any one. ${installs}`)];
	}
	return [
		...here.map(checkAgent),
		...(here.some(canWork) ? [] : [problem('agents', 'no agent can work here', 'Log in to one of them.')]),
		...(missing.length === 0 ? [] : [note('agents', `not installed: ${names}`)]),
	];
}

const canWork = ({ executable, refused, login }: AgentOverview) =>
	executable !== null && refused === null && login?.loggedIn !== 'no';

function checkAgent({ agent, base, executable, version, login, refused, install }: AgentOverview): Finding {
	if (refused !== null)
		return problem(agent, refused, 'Trust this repo if you wrote what is in it: agent-relay config trust');
	const facts = `${version ?? 'version unknown'} (${executable})`;
	if (login?.loggedIn === 'no') return problem(agent, `${facts}, not logged in`, `Log in: ${login.advice}`);
	const tested = TESTED_VERSIONS[base ?? agent];
	const state = login?.loggedIn === 'yes' ? `, ${login.evidence}` : ', login unknown';
	if (version === null || tested === undefined) return ok(agent, facts + state);
	const [oldest, newest] = tested;
	if (isOlder(version, oldest))
		return problem(agent, `${facts}, older than ${oldest}, the oldest tested`, `Update it: ${install}`);
	return isOlder(newest, version)
		? note(agent, `${facts}${state}, newer than ${newest}, the newest tested`)
		: ok(agent, facts + state);
}
