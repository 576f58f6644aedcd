/* pair.c  Two engines back to back: what one sent in a tick the other receives in the next. */
#include "engine_state.h"

#include <string.h>

static uint32_t fewer(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void carry(const struct engine *from, struct engine *to)
{
	const size_t   frame = (size_t)from->config.tick_samples * ENGINE_TIMESLOTS;
	const uint32_t spans = fewer(from->config.spans, to->config.spans);
	const uint32_t lines = fewer(from->config.lines, to->config.lines);

	memcpy(to->span_rx, from->span_tx, spans * frame);
	memcpy(to->line_rx, engine_row(from, from->sent, from->first_line),
	       (size_t)lines * from->config.tick_samples);
	memcpy(to->line_in, from->line_out, lines);
}

uint32_t engine_run_pair(struct engine *a, struct engine *b, uint32_t ticks)
{
	uint32_t n = 0;

	if (a == b || a->config.tick_samples != b->config.tick_samples)
		return 0;
	while (n < ticks) {
		carry(a, b);
		carry(b, a);
		n++;

		const int of_a = engine_step(a);
		const int of_b = engine_step(b);

		if (of_a || of_b)
			break;
	}
	return n;
}
