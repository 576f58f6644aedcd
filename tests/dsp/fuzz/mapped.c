/* mapped.c  Two sides of a mapping whose header, rings and blocks are spoiled at will, ticked at any times: nothing beyond
 * the mapping is touched, and no store ever holds more than it has room for.
 */
#define _POSIX_C_SOURCE 200112L

#include "mapped.h"

#include "input.h"
#include "rack.h"

enum { TICK = 16, TICK_NS = 2000000 };

struct side {
	struct engine    *engine;
	struct rack      *rack;
	struct rack_slot *slot;
	void             *memory;
	uint64_t          at_ns;
};

static void open_side(struct side *s, void *mapping, uint32_t which, struct input *in)
{
	const struct engine_config  engine = {1, 2, 1, TICK, 20, 0};
	const struct elastic_config elastic = {
		.samples = TICK, .depth = 2 * TICK + input_below(in, 100), .deepest = 2 * TICK + input_below(in, 600),
		.dead_ns = 1000000u * (1 + input_below(in, 200)),
	};
	const struct rack_place     place = {.spans = 1, .lines = 1 + input_below(in, 2)};

	s->engine = engine_init(exactly(engine_size(&engine)), &engine);
	s->rack = rack_init(exactly(rack_size()), s->engine);
	s->memory = exactly(mapped_size(1, 2));
	s->slot = mapped_init(s->memory, mapping, which, &elastic);
	s->at_ns = 1000000000;
	must(rack_plug(s->rack, s->slot, &place) == 0);
}

static void tick(struct side *s, struct input *in)
{
	struct mapped_counters counted;
	struct engine_event    e;

	s->at_ns += input_below(in, 8) ? TICK_NS : (uint64_t)TICK_NS * input_below(in, 100) + input_below(in, 60000);
	if (input_below(in, 30) == 1)
		rack_skip(s->rack, input_below(in, 50));
	(void)rack_step(s->rack, s->at_ns);
	while (engine_events(s->engine, &e, 1) == 1)
		must(e.at <= engine_now(s->engine));
	mapped_read(s->slot, &counted);
	must(counted.elastic.is_alive <= 1);
}

static void spoil(uint8_t *mapping, size_t octets, struct input *in)
{
	const size_t within = input_octet(in) & 1 ? octets : sizeof(struct mapped_header);

	mapping[input_below(in, 65536) % within] = input_octet(in);
}

static void close_side(struct side *s)
{
	free(s->memory);
	free(s->rack);
	free(s->engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	const size_t octets = mapped_octets(1, 2, TICK);
	uint8_t     *mapping = exactly(octets);
	struct side  sides[2];

	memset(mapping, 0, octets);
	mapped_format(mapping, 1, 2, TICK);
	for (uint32_t i = 0; i < 2; i++)
		open_side(&sides[i], mapping, i, &in);
	while (in.left > 0) {
		if (input_below(&in, 12) == 0)
			spoil(mapping, octets, &in);
		tick(&sides[input_octet(&in) & 1], &in);
	}
	close_side(&sides[1]);
	close_side(&sides[0]);
	free(mapping);
	return 0;
}
