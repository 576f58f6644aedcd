/* found.c  What was found in a tick, brought into order of time and handed over (engine_state.h). */
#include "engine_state.h"

#define MOMENTS (DETECT_MAX_SAMPLES + 1u) /* 0: at the tick's beginning */

void engine_found(struct engine *e, const struct detection *what)
{
	if (e->found_count == e->event_ring->size)
		e->lost++; /* there would be no room in the ring either */
	else
		e->found[e->found_count++] = *what;
}

/* Counting sort of indexes by offset: stable, so that equal moments stay in the order of their finding. */
static void bring_into_order(struct engine *e)
{
	uint32_t next[MOMENTS + 1] = {0};

	for (uint32_t i = 0; i < e->found_count; i++)
		next[e->found[i].offset + 1]++;
	for (uint32_t moment = 1; moment <= MOMENTS; moment++)
		next[moment] += next[moment - 1];
	for (uint32_t i = 0; i < e->found_count; i++)
		e->order[next[e->found[i].offset]++] = i;
}

/* 1 when the loss could be told. */
static int tell_overrun(struct engine *e)
{
	const struct engine_event overrun = {
		.at = e->now, .kind = EV_OVERRUN, .a = e->lost > INT32_MAX ? INT32_MAX : (int32_t)e->lost,
	};

	if (e->lost == 0 || event_push(e->event_ring, e->events, &overrun) != 0)
		return 0;
	e->lost = 0;
	return 1;
}

int engine_publish(struct engine *e)
{
	const int told = tell_overrun(e);
	const int found = e->found_count > 0;

	bring_into_order(e);
	for (uint32_t i = 0; i < e->found_count; i++) {
		const struct detection   *d = &e->found[e->order[i]];
		const struct engine_event event = {
			.at = e->now + d->offset, .port = d->port, .kind = d->kind, .code = d->code, .a = d->a, .b = d->b,
		};

		if (event_push(e->event_ring, e->events, &event) != 0)
			e->lost++;
	}
	e->found_count = 0;
	return told || found;
}
