/** Where a process that a record names ran: what is needed to know whether its pid means anything here. */
export interface ProcessPlace {
	/** Name of the machine or container. */
	host: string;
	/** Changes with every boot; null where it is not known. */
	boot_id: string | null;
	/** null where there are none. */
	pid_namespace: string | null;
}

/**
 * `here`: a pid of `place` is the same process here. `ended`: it was an earlier boot of this machine, and nothing of it runs.
 * `unseen`: another machine or container, of whose processes nothing can be told.
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

/** Names that tell no machine from another. */
function isAnyHost(host: string): boolean {
	return host === '' || /^localhost(?:\.|$)/.test(host);
}
