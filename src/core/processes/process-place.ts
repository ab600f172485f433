/** Where a recorded process ran: decides whether its pid means anything here. */
export interface ProcessPlace {
	/** Name of the machine or container. */
	host: string;
	/** Changes with every boot; null when unknown. */
	boot_id: string | null;
	/** null when the system has none. */
	pid_namespace: string | null;
}

/**
 * `here`: a pid of `place` is the same process here. `ended`: it ran in an earlier boot of this machine, so it is gone. `unseen`:
 * it is on another machine or in another container, whose processes cannot be seen.
 */
export function standingOf(place: ProcessPlace, here: ProcessPlace): 'here' | 'ended' | 'unseen' {
	const isSameHost = place.host === here.host;
	if (place.boot_id === null || here.boot_id === null)
		return isSameHost && place.boot_id === here.boot_id && place.pid_namespace === here.pid_namespace
			? 'here'
			: 'unseen';
	// Host names change under laptops, boot ids do not.
	if (place.boot_id === here.boot_id) return place.pid_namespace === here.pid_namespace ? 'here' : 'unseen';
	return isSameHost && !isAnyHost(here.host) ? 'ended' : 'unseen';
}

/** True for names that do not distinguish machines. */
function isAnyHost(host: string): boolean {
	return host === '' || /^localhost(?:\.|$)/.test(host);
}
