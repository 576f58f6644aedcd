/* player.c  Clips played one after the other without a gap; every play is reported done exactly once. */
#include "engine_state.h"

#include <string.h>

static void done(struct engine *e, uint32_t port, uint32_t offset, uint16_t code)
{
	const struct detection what = {
		.port = port, .kind = EV_PLAY_DONE, .code = code, .offset = offset,
		.a = (int32_t)(e->player.serial[port] & INT32_MAX),
	};

	e->player.clips[port] = NULL;
	engine_found(e, &what);
}

void player_stop(struct engine *e, uint32_t port)
{
	if (e->player.clips[port] != NULL)
		done(e, port, 0, 0);
}

void player_start(struct engine *e, uint32_t port, const struct engine_clip *clips, uint32_t count)
{
	struct player *p = &e->player;

	player_stop(e, port);
	p->clips[port] = clips;
	p->count[port] = count;
	p->clip[port] = 0;
	p->octet[port] = 0;
	p->serial[port]++;
}

/* Octets left in the clip that is on, stepping over those that are over; 0 = all are over. */
static uint32_t left(struct player *p, uint32_t port)
{
	while (p->clip[port] < p->count[port]) {
		const uint32_t octets = p->clips[port][p->clip[port]].length - p->octet[port];

		if (octets > 0)
			return octets;
		p->clip[port]++;
		p->octet[port] = 0;
	}
	return 0;
}

uint32_t player_send(struct engine *e, uint32_t port)
{
	struct player *p = &e->player;
	uint8_t       *out = engine_row(e, e->sent, port);
	uint32_t       n = 0;
	uint32_t       octets;

	if (p->clips[port] == NULL)
		return 0;
	while ((octets = left(p, port)) > 0 && n < e->config.tick_samples) {
		if (octets > e->config.tick_samples - n)
			octets = e->config.tick_samples - n;
		memcpy(out + n, p->clips[port][p->clip[port]].octets + p->octet[port], octets);
		p->octet[port] += octets;
		n += octets;
	}
	if (octets == 0)
		done(e, port, n, 1);
	return n;
}
