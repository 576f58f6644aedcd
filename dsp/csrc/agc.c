/* agc.c  See agc.h. */
#include "agc.h"

#include "g711.h"
#include "kernel.h"

#include <string.h>

/* Mean squares in A-law's own 13 bits: a sine of full scale, +3.14 dBm0, is 2^23. */
#define TOO_LOUD   257000u /* -12 dBm0, of the envelope: syllables lie some 4 dB above the mean of speech */
#define TOO_FAINT  162000u /* -14 dBm0 */
#define GATE       407u    /* -40 dBm0: below it there is no speech */
#define ENVELOPE   4u      /* 2^4 blocks: 32 ms */
#define ONE        65536u
#define MOST       262144u /* 12 dB */
#define LEAST      16384u  /* -12 dB */
#define FALL       7u      /* 2^-7 of the gain a block: 34 dB/s */
#define RISE       11u     /* 2^-11: 2 dB/s */
#define LOUDEST    32256   /* that A-law has */
#define FINE       4u      /* bits of the gain that a product leaves out: 16-bit samples times 12 dB fit in 32 */

struct agc {
	uint32_t *gain;     /* 0 = off */
	uint32_t *envelope;
};

size_t agc_size(size_t ports)
{
	return kernel_lines(sizeof(struct agc)) + 2 * kernel_lines(ports * sizeof(uint32_t));
}

struct agc *agc_init(void *memory, size_t ports)
{
	struct agc *a = memory;
	uint8_t    *next = memory;

	memset(memory, 0, agc_size(ports));
	next += kernel_lines(sizeof *a);
	a->gain = (uint32_t *)(void *)next;
	next += kernel_lines(ports * sizeof *a->gain);
	a->envelope = (uint32_t *)(void *)next;
	return a;
}

void agc_enable(struct agc *a, size_t port, int on)
{
	a->gain[port] = on ? ONE : 0;
	a->envelope[port] = 0;
}

uint32_t agc_gain(const struct agc *a, size_t port)
{
	return a->gain[port];
}

static uint32_t mean_square(const int16_t *pcm)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < AGC_BLOCK; i++)
		sum += (uint32_t)((pcm[i] >> 3) * (pcm[i] >> 3));
	return sum / AGC_BLOCK;
}

static uint32_t peak_of(const int16_t *pcm)
{
	int peak = 1;

	for (size_t i = 0; i < AGC_BLOCK; i++) {
		const int absolute = pcm[i] < 0 ? -pcm[i] : pcm[i];

		peak = absolute > peak ? absolute : peak;
	}
	return (uint32_t)peak;
}

/* The gain after a block of this envelope and peak. */
static uint32_t follow(uint32_t gain, uint32_t envelope, uint32_t peak)
{
	const uint64_t factor = gain >> 8; /* 256 = 1 */
	const uint64_t out = (envelope * factor * factor) >> 16;
	const uint32_t most = (uint32_t)((uint64_t)LOUDEST * ONE / peak);

	if (envelope >= GATE && out > TOO_LOUD)
		gain -= gain >> FALL;
	else if (envelope >= GATE && out < TOO_FAINT)
		gain += gain >> RISE;
	gain = gain > MOST ? MOST : gain < LEAST ? LEAST : gain;
	return gain > most ? most : gain;
}

static void run_block(struct agc *a, size_t port, int16_t *pcm)
{
	const int32_t change = (int32_t)mean_square(pcm) - (int32_t)a->envelope[port];

	a->envelope[port] = (uint32_t)((int32_t)a->envelope[port] + (change >> ENVELOPE));
	a->gain[port] = follow(a->gain[port], a->envelope[port], peak_of(pcm));

	const int32_t gain = (int32_t)(a->gain[port] >> FINE);

	for (size_t i = 0; i < AGC_BLOCK; i++)
		pcm[i] = (int16_t)((pcm[i] * gain + (1 << 11)) >> 12);
}

void agc_run(struct agc *a, size_t port, uint8_t *octets, size_t samples)
{
	int16_t pcm[AGC_BLOCK];

	if (a->gain[port] == 0)
		return;
	for (size_t at = 0; at < samples; at += AGC_BLOCK) {
		g711_alaw_decode(pcm, octets + at, AGC_BLOCK);
		run_block(a, port, pcm);
		g711_alaw_encode(octets + at, pcm, AGC_BLOCK);
	}
}
