/* echo.c  Echo cancellers, gain controls and meters under any octets and orders, alike on every path. */
#define _POSIX_C_SOURCE 200112L

#include "echo.h"

#include "agc.h"
#include "cpu.h"
#include "input.h"
#include "meter.h"

enum { CANCELLERS = 17, ROWS = 20, SAMPLES = 80 };

struct bench {
	struct echo  *echo;
	struct agc   *agc;
	struct meter *meter;
	uint8_t      *sent;
	uint8_t      *heard;
};

static void open_bench(struct bench *b)
{
	b->echo = echo_init(exactly(echo_size(CANCELLERS)), CANCELLERS);
	b->agc = agc_init(exactly(agc_size(ROWS)), ROWS);
	b->meter = meter_init(exactly(meter_size(ROWS)), ROWS);
	b->sent = exactly(ROWS * SAMPLES);
	b->heard = exactly(ROWS * SAMPLES);
}

static void close_bench(struct bench *b)
{
	free(b->heard);
	free(b->sent);
	free(b->meter);
	free(b->agc);
	free(b->echo);
}

static void order(struct bench *b, uint32_t word)
{
	const uint32_t row = word % ROWS;

	if (word & 256)
		echo_disable(b->echo, row);
	(void)echo_switch(b->echo, row, word >> 10 & 7);
	agc_enable(b->agc, row, word >> 13 & 1);
	meter_enable(b->meter, row, word >> 14 & 1);
}

static void feed(struct bench *b, size_t samples)
{
	echo_feed(b->echo, b->sent, b->heard, samples);
	for (size_t row = 0; row < ROWS; row++) {
		agc_run(b->agc, row, b->heard + row * samples, samples);
		meter_run(b->meter, row, b->heard + row * samples, samples);
	}
}

/* The same input through every path: octet for octet the same. */
static void play(const uint8_t *data, size_t size, int isa, uint32_t *sum)
{
	struct input in = {.next = data, .left = size};
	struct bench b;

	open_bench(&b);
	must(cpu_use(isa) == 0);
	while (in.left > 0) {
		const size_t samples = 16u * (1u + input_below(&in, 5));

		order(&b, input_word(&in));
		for (size_t i = 0; i < ROWS * samples; i++) {
			b.sent[i] = i < 8 ? input_octet(&in) : (uint8_t)(b.sent[i - 8] * 5u + i);
			b.heard[i] = i < 8 ? input_octet(&in) : (uint8_t)(b.heard[i - 8] * 3u + i);
		}
		feed(&b, samples);
		for (size_t i = 0; i < ROWS * samples; i++)
			*sum = *sum * 31u + b.heard[i];
	}
	close_bench(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const int used = cpu_isa();
	uint32_t  first = 0;

	play(data, size, CPU_PLAIN, &first);
	for (int isa = CPU_SSE2; isa < CPU_ISAS; isa++) {
		uint32_t other = 0;

		if (!cpu_has(isa))
			continue;
		play(data, size, isa, &other);
		must(other == first);
	}
	must(cpu_use(used) == 0);
	return 0;
}
