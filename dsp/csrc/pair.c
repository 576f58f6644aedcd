/* pair.c  Two engines back to back: what one sent in a tick the other receives in the next. */
#include "engine_state.h"

#include <string.h>

static uint32_t fewer(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

void engine_carry(const struct engine *from, uint32_t span, uint32_t line, struct engine *to, const struct rack_place *place)
{
	const size_t samples = from->config.tick_samples;

	memcpy(engine_span_rx(to, place->span), engine_span_tx(from, span), place->spans * samples * ENGINE_TIMESLOTS);
	memcpy(engine_line_rx(to, place->line), engine_line_tx(from, line), place->lines * samples);
	memcpy(to->line_in + place->line, from->line_out + line, place->lines);
}

uint32_t engine_run_pair(struct engine *a, struct engine *b, uint32_t ticks)
{
	const struct rack_place place = {
		.spans = fewer(a->config.spans, b->config.spans), .lines = fewer(a->config.lines, b->config.lines),
	};
	uint32_t n = 0;

	if (a == b || a->config.tick_samples != b->config.tick_samples)
		return 0;
	while (n < ticks) {
		engine_carry(a, 0, 0, b, &place);
		engine_carry(b, 0, 0, a, &place);
		n++;

		const int of_a = engine_step(a);
		const int of_b = engine_step(b);

		if (of_a || of_b)
			break;
	}
	return n;
}
