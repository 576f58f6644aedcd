/* clocked.c  A board in memory with a clock of its own, see rack.h: the far engine is ticked when its clock says so, and
 * elastic stores stand between the two both ways, as between two exchanges (Q.541).
 */
#include "clock_error.h"
#include "engine_state.h"
#include "kernel.h"
#include "rack_slot.h"
#include "stores.h"
#include "words.h"

#include <string.h>

#define NS_A_SAMPLE 125000u

enum { WORDS = sizeof(struct elastic_counters) / sizeof(uint64_t) };

struct clocked {
	struct rack_slot slot;
	struct engine   *far;
	int32_t          off_ppm;
	int32_t          has_begun;
	int32_t          is_eventful; /* the far engine, in this tick */
	int32_t          reserved;
	uint64_t         begun_ns;
	uint64_t         ticks;  /* of the far engine */
	struct stores    inward; /* what the near engine receives */
	struct stores    outward;
	uint64_t         told[WORDS]; /* counters of inward, for other threads */
};

static struct clocked *clocked_of(struct rack_slot *s)
{
	return (struct clocked *)(void *)s;
}

static uint64_t tick_ns(const struct clocked *c)
{
	return (uint64_t)c->far->config.tick_samples * NS_A_SAMPLE;
}

/* The far engine's first tick is half a tick after the near one's. */
static uint64_t due_ns(const struct clocked *c)
{
	return c->begun_ns + tick_ns(c) / 2 + clock_true_ns(c->ticks * tick_ns(c), c->off_ppm);
}

static void put(struct stores *s, const struct engine *from, uint32_t span, uint32_t line, uint64_t at_ns)
{
	stores_put(s, engine_span_tx(from, span), engine_line_tx(from, line), from->line_out + line, at_ns);
}

/* All ticks of the far engine whose time has come. */
static void run_far(struct clocked *c, uint64_t at_ns)
{
	const struct rack_place far = {.spans = c->slot.place.spans, .lines = c->slot.place.lines};

	while (due_ns(c) <= at_ns) {
		put(&c->inward, c->far, 0, 0, due_ns(c));
		stores_give(&c->outward, c->far, &far, due_ns(c));
		c->is_eventful |= engine_step(c->far);
		c->ticks++;
	}
}

static void exchange(struct rack_slot *s, struct engine *e, uint64_t at_ns)
{
	struct clocked *c = clocked_of(s);
	uint64_t        words[WORDS];

	if (!c->has_begun) {
		c->has_begun = 1;
		c->begun_ns = at_ns;
	}
	run_far(c, at_ns);
	put(&c->outward, e, s->place.span, s->place.line, at_ns);
	stores_give(&c->inward, e, &s->place, at_ns);
	memcpy(words, &c->inward.control.counted, sizeof words);
	words_tell(c->told, words, WORDS);
}

static int follow(struct rack_slot *s, struct engine *e, uint64_t at_ns)
{
	struct clocked *c = clocked_of(s);
	const int       is_eventful = c->is_eventful;

	(void)e;
	(void)at_ns;
	c->is_eventful = 0;
	return is_eventful;
}

/* The far end stands still as long as we do. */
static void skip(struct rack_slot *s, uint32_t ticks)
{
	struct clocked *c = clocked_of(s);

	engine_skip(c->far, ticks);
	c->begun_ns += ticks * tick_ns(c);
}

static int64_t behind(const struct rack_slot *s)
{
	return elastic_behind(&((const struct clocked *)(const void *)s)->inward.control);
}

static const struct rack_kind CLOCKED = {.exchange = exchange, .follow = follow, .skip = skip, .behind = behind};

size_t clocked_size(uint32_t spans, uint32_t lines)
{
	return kernel_lines(sizeof(struct clocked)) + 2 * stores_size(spans, lines);
}

struct rack_slot *clocked_init(void *memory, struct engine *far, const struct rack_place *place, int32_t off_ppm,
                               const struct elastic_config *config)
{
	struct clocked *c = memory;
	uint8_t        *stores = (uint8_t *)memory + kernel_lines(sizeof *c);

	memset(c, 0, sizeof *c);
	c->slot.kind = &CLOCKED;
	c->far = far;
	c->off_ppm = off_ppm;
	stores_init(&c->inward, stores, place->spans, place->lines, config);
	stores_init(&c->outward, stores + stores_size(place->spans, place->lines), place->spans, place->lines, config);
	return &c->slot;
}

void clocked_read(const struct rack_slot *slot, struct elastic_counters *out)
{
	const struct clocked *c = (const struct clocked *)(const void *)slot;
	uint64_t              words[WORDS];

	words_read(words, c->told, WORDS);
	memcpy(out, words, sizeof words);
}
