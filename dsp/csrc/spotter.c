/* spotter.c  Exact octet patterns in what a port receives, also across frames: simulated callers know a prompt so. */
#define _GNU_SOURCE /* memmem */

#include "engine_state.h"

#include <string.h>

void spotter_start(struct engine *e, uint32_t port, const struct engine_clip *patterns, uint32_t count)
{
	e->spotter.patterns[port] = count > 0 ? patterns : NULL;
	e->spotter.count[port] = count;
	e->spotter.heard[port] = 0;
}

/* Every place where this pattern ends within the frame, which begins at `history`. */
static void look_for(struct engine *e, uint32_t port, uint32_t index, const uint8_t *window, uint32_t history)
{
	const struct engine_clip *pattern = &e->spotter.patterns[port][index];
	const uint32_t            end = history + e->config.tick_samples;
	uint32_t                  from = history + 1 > pattern->length ? history + 1 - pattern->length : 0;
	const uint8_t            *at;

	while ((at = memmem(window + from, end - from, pattern->octets, pattern->length)) != NULL) {
		const uint32_t         begin = (uint32_t)(at - window);
		const struct detection what = {
			.port = port, .kind = EV_SPOTTED, .code = (uint16_t)index, .offset = begin + pattern->length - history,
		};

		engine_found(e, &what);
		from = begin + 1;
	}
}

void spotter_hear(struct engine *e, uint32_t port)
{
	struct spotter *s = &e->spotter;
	uint8_t        *window = s->window + (size_t)port * SPOT_WINDOW;
	const uint32_t  history = s->heard[port];
	const uint32_t  end = history + e->config.tick_samples;
	const uint32_t  keep = end < SPOT_LONGEST - 1 ? end : SPOT_LONGEST - 1;

	if (s->patterns[port] == NULL)
		return;
	memcpy(window + history, engine_row(e, e->received, port), e->config.tick_samples);
	for (uint32_t i = 0; i < s->count[port]; i++)
		look_for(e, port, i, window, history);
	memmove(window, window + end - keep, keep);
	s->heard[port] = keep;
}
