/* screen.c  Any 32 rows of octets, any frequencies: every path leaves the same bits. */
#define _POSIX_C_SOURCE 200112L

#include "detect.h"

#include "cpu.h"
#include "input.h"

enum { ROWS = 32, BLOCK = 64, TONES = 9 };

struct result {
	float energy[ROWS];
	float power[TONES][ROWS];
};

static void screen(struct result *r, const uint8_t *rows, size_t stride, const float hz[TONES], size_t tones)
{
	memset(r, 0, sizeof *r);
	screen_rows(rows, stride, hz, tones, r->energy, r->power[0]);
}

/* Rows are what is left of the input, again and again. */
static uint8_t *rows_of(const struct input *in, size_t octets)
{
	uint8_t *rows = exactly(octets);

	for (size_t i = 0; i < octets; i++)
		rows[i] = in->left > 0 ? in->next[i % in->left] : 0xD5;
	return rows;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input  in = {data, size};
	const size_t  stride = BLOCK + input_below(&in, 40);
	const size_t  tones = input_below(&in, TONES + 1);
	float         hz[TONES];
	struct result first;
	struct result other;

	for (size_t t = 0; t < TONES; t++)
		hz[t] = (float)(1u + input_below(&in, 3999));
	uint8_t *rows = rows_of(&in, (ROWS - 1) * stride + BLOCK);

	must(cpu_use(CPU_PLAIN) == 0);
	screen(&first, rows, stride, hz, tones);
	for (int isa = CPU_SSE2; isa < CPU_ISAS; isa++) {
		if (cpu_use(isa) != 0)
			continue;
		screen(&other, rows, stride, hz, tones);
		must(memcmp(&first, &other, sizeof first) == 0);
	}
	free(rows);
	return 0;
}
