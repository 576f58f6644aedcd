/* elastic.c  The control of the elastic store at any times, forwards and backwards: what it gives is always in the store. */
#define _POSIX_C_SOURCE 200112L

#include "elastic.h"

#include "input.h"

static uint64_t moved(uint64_t at_ns, struct input *in)
{
	const uint64_t usual = 8000000u + input_below(in, 2000);

	switch (input_below(in, 8)) {
	case 0:
		return at_ns + usual * input_below(in, 1000);
	case 1:
		return at_ns - usual * input_below(in, 4);
	default:
		return at_ns + usual;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t       TICKS[] = {16, 64, 80};
	struct input                in = {data, size};
	const uint32_t              tick = TICKS[input_below(&in, 3)];
	const struct elastic_config config = {
		.samples = tick, .depth = 2 * tick + input_below(&in, 480), .deepest = 160 + input_below(&in, 720),
		.dead_ns = 1000000u * (1 + input_below(&in, 300)),
	};
	struct elastic              s;
	uint64_t                    write_ns = 1ull << 40;
	uint64_t                    read_ns = write_ns;

	elastic_init(&s, &config);
	while (in.left > 0) {
		if (input_octet(&in) & 1) {
			write_ns = moved(write_ns, &in);
			elastic_wrote(&s, tick, write_ns);
		} else {
			read_ns = moved(read_ns, &in);
			const struct elastic_take take = elastic_take(&s, read_ns);

			must(take.what >= ELASTIC_IDLE || (take.from + tick <= s.written && s.written - take.from <= ELASTIC_FRAMES + 1));
		}
		must(s.read <= s.written && s.written - s.read <= ELASTIC_FRAMES);
	}
	return 0;
}
