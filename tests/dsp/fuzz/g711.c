/* g711.c  Any octets and samples through both laws, on every path; a decoded octet comes back. */
#define _POSIX_C_SOURCE 200112L

#include "g711.h"

#include "cpu.h"
#include "input.h"

typedef void decode(int16_t *pcm, const uint8_t *octets, size_t n);
typedef void encode(uint8_t *octets, const int16_t *pcm, size_t n);

static void there_and_back(const uint8_t *octets, size_t n, decode *from, encode *to, int minus_zero)
{
	int16_t *pcm = exactly(n * sizeof *pcm);
	uint8_t *back = exactly(n);

	from(pcm, octets, n);
	to(back, pcm, n);
	for (size_t i = 0; i < n; i++)
		must(back[i] == octets[i] || octets[i] == minus_zero);
	free(back);
	free(pcm);
}

/* The octets taken for samples: encoded alike by all. */
static void alike(const uint8_t *octets, size_t n, encode *to)
{
	int16_t *pcm = exactly(n);
	uint8_t *first = exactly(n / 2);
	uint8_t *other = exactly(n / 2);

	memcpy(pcm, octets, n / 2 * sizeof *pcm);
	must(cpu_use(CPU_PLAIN) == 0);
	to(first, pcm, n / 2);
	for (int isa = CPU_SSE2; isa < CPU_ISAS; isa++) {
		if (cpu_use(isa) != 0)
			continue;
		to(other, pcm, n / 2);
		must(memcmp(first, other, n / 2) == 0);
	}
	free(other);
	free(first);
	free(pcm);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int isa = CPU_PLAIN; isa < CPU_ISAS; isa++) {
		if (cpu_use(isa) != 0)
			continue;
		there_and_back(data, size, g711_alaw_decode, g711_alaw_encode, -1);
		there_and_back(data, size, g711_ulaw_decode, g711_ulaw_encode, 0x7F);
	}
	alike(data, size, g711_alaw_encode);
	alike(data, size, g711_ulaw_encode);
	return 0;
}
