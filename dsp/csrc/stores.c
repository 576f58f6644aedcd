/* stores.c  See stores.h. */
#include "stores.h"

#include "engine_state.h"
#include "kernel.h"

#include <string.h>

#define MASK (ELASTIC_FRAMES - 1u)

static size_t span_octets(void)
{
	return (size_t)ELASTIC_FRAMES * ENGINE_TIMESLOTS;
}

size_t stores_size(uint32_t spans, uint32_t lines)
{
	return spans * span_octets() + (size_t)lines * ELASTIC_FRAMES + kernel_lines(lines);
}

void stores_init(struct stores *s, void *memory, uint32_t spans, uint32_t lines, const struct elastic_config *config)
{
	memset(memory, ENGINE_IDLE, stores_size(spans, lines));
	elastic_init(&s->control, config);
	s->spans = spans;
	s->lines = lines;
	s->frames = memory;
	s->octets = s->frames + spans * span_octets();
	s->bits = s->octets + (size_t)lines * ELASTIC_FRAMES;
	memset(s->bits, 0, lines);
}

/* `count` frames of so many octets from number `from` on, out of a store or into it; it may go over its end. */
static void copy_out(uint8_t *to, const uint8_t *store, uint64_t from, uint32_t count, uint32_t width)
{
	const uint32_t at = (uint32_t)from & MASK;
	const uint32_t first = count < ELASTIC_FRAMES - at ? count : ELASTIC_FRAMES - at;

	memcpy(to, store + (size_t)at * width, (size_t)first * width);
	memcpy(to + (size_t)first * width, store, (size_t)(count - first) * width);
}

static void copy_in(uint8_t *store, const uint8_t *from, uint64_t number, uint32_t count, uint32_t width)
{
	const uint32_t at = (uint32_t)number & MASK;
	const uint32_t first = count < ELASTIC_FRAMES - at ? count : ELASTIC_FRAMES - at;

	memcpy(store + (size_t)at * width, from, (size_t)first * width);
	memcpy(store, from + (size_t)first * width, (size_t)(count - first) * width);
}

void stores_put(struct stores *s, const uint8_t *frames, const uint8_t *octets, const uint8_t *bits, uint64_t at_ns)
{
	const uint32_t samples = s->control.config.samples;
	const uint64_t number = s->control.written;

	for (uint32_t span = 0; span < s->spans; span++)
		copy_in(s->frames + span * span_octets(), frames + (size_t)span * samples * ENGINE_TIMESLOTS, number, samples,
		        ENGINE_TIMESLOTS);
	for (uint32_t line = 0; line < s->lines; line++)
		copy_in(s->octets + (size_t)line * ELASTIC_FRAMES, octets + (size_t)line * samples, number, samples, 1);
	memcpy(s->bits, bits, s->lines);
	elastic_wrote(&s->control, samples, at_ns);
}

/* All ones while the line is dead: what a board makes of no signal. */
static void give_span(const struct stores *s, uint32_t span, struct engine *e, uint32_t to, const struct elastic_take *take)
{
	static const uint8_t SLIPS[] = {
		[ELASTIC_REPEAT] = E1_REPEATED, [ELASTIC_DROP] = E1_DROPPED, [ELASTIC_IDLE] = E1_HELD, [ELASTIC_SILENT] = 0,
	};
	const uint32_t      samples = s->control.config.samples;
	const uint8_t      *store = s->frames + span * span_octets();
	struct e1_receiver *r = &e->receiver[to];
	uint8_t            *frames = engine_span_rx(e, to);

	r->slip = SLIPS[take->what];
	r->is_silent = take->what == ELASTIC_SILENT;
	if (take->what == ELASTIC_SILENT)
		memset(frames, 0xFF, (size_t)samples * ENGINE_TIMESLOTS);
	else if (take->what == ELASTIC_IDLE)
		memset(frames, ENGINE_IDLE, (size_t)samples * ENGINE_TIMESLOTS);
	else
		copy_out(frames, store, take->from, samples, ENGINE_TIMESLOTS);
	if (take->what == ELASTIC_DROP)
		copy_out(r->dropped, store, take->from - 1, 1, ENGINE_TIMESLOTS);
}

/* A dead line has its receiver on. */
static void give_line(const struct stores *s, uint32_t line, struct engine *e, uint32_t to, const struct elastic_take *take)
{
	const uint32_t samples = s->control.config.samples;
	uint8_t       *octets = engine_line_rx(e, to);

	if (take->what == ELASTIC_SILENT || take->what == ELASTIC_IDLE)
		memset(octets, ENGINE_IDLE, samples);
	else
		copy_out(octets, s->octets + (size_t)line * ELASTIC_FRAMES, take->from, samples, 1);
	if (take->what != ELASTIC_IDLE)
		engine_line_signal(e, to, take->what == ELASTIC_SILENT ? 0 : s->bits[line]);
}

void stores_give(struct stores *s, struct engine *e, const struct rack_place *place, uint64_t at_ns)
{
	const struct elastic_take take = elastic_take(&s->control, at_ns);

	for (uint32_t span = 0; span < place->spans; span++)
		give_span(s, span, e, place->span + span, &take);
	for (uint32_t line = 0; line < place->lines; line++)
		give_line(s, line, e, place->line + line, &take);
}
