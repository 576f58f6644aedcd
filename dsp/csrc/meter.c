/* meter.c  See meter.h.  Whole numbers: the envelope is the mean magnitude through two poles of 30 ms, times 2^8. */
#include "meter.h"

#include "g711.h"
#include "kernel.h"
#include "words.h"

#include <string.h>

#define POLE     4227    /* 1 - exp(-2 ms / 30 ms), times 2^16 */
#define HANGOVER 100     /* blocks: 200 ms */
#define RECENT   6u      /* 2^6 blocks: 128 ms */

enum { WORDS = sizeof(struct meter_reading) / sizeof(uint64_t) };

struct meter_port {
	struct meter_reading reading;
	uint64_t             told[WORDS]; /* the reading, for other threads */
	uint32_t             version;     /* of told; odd while it is being written */
	int32_t              first; /* envelope after one pole, and after both */
	int32_t              second;
	uint16_t             rest[METER_THRESHOLDS]; /* blocks of hangover left */
	uint8_t              on;
};

struct meter {
	struct meter_port *port;
};

size_t meter_size(size_t ports)
{
	return kernel_lines(sizeof(struct meter)) + kernel_lines(ports * sizeof(struct meter_port));
}

struct meter *meter_init(void *memory, size_t ports)
{
	struct meter *m = memory;

	memset(memory, 0, meter_size(ports));
	m->port = (struct meter_port *)(void *)((uint8_t *)memory + kernel_lines(sizeof *m));
	return m;
}

/* A sequence lock: the writer never waits. */
static void tell(struct meter_port *p)
{
	const uint32_t version = p->version;
	uint64_t       words[WORDS];

	memcpy(words, &p->reading, sizeof words);
	__atomic_store_n(&p->version, version + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	words_tell(p->told, words, WORDS);
	__atomic_store_n(&p->version, version + 2, __ATOMIC_RELEASE);
}

void meter_enable(struct meter *m, size_t port, int on)
{
	struct meter_port *p = &m->port[port];

	if (on) {
		memset(&p->reading, 0, sizeof p->reading);
		memset(p->rest, 0, sizeof p->rest);
		p->first = 0;
		p->second = 0;
		tell(p);
	}
	p->on = on != 0;
}

void meter_read(const struct meter *m, size_t port, struct meter_reading *out)
{
	const struct meter_port *p = &m->port[port];
	uint64_t                 words[WORDS];
	uint32_t                 version;

	do {
		version = __atomic_load_n(&p->version, __ATOMIC_ACQUIRE);
		words_read(words, p->told, WORDS);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (version % 2 != 0 || version != __atomic_load_n(&p->version, __ATOMIC_RELAXED));
	memcpy(out, words, sizeof words);
}

static void count(struct meter_port *p)
{
	for (int j = 0; j < METER_THRESHOLDS; j++) {
		const int above = p->second >> 8 >= 1 << j;
		const int counts = above | (p->rest[j] > 0);

		p->rest[j] = above ? HANGOVER : (uint16_t)(p->rest[j] - (p->rest[j] > 0));
		p->reading.active[j] += counts ? METER_BLOCK : 0;
	}
}

static void run_block(struct meter_port *p, const int16_t *pcm)
{
	uint64_t squares = 0;
	int32_t  magnitude = 0;

	for (size_t i = 0; i < METER_BLOCK; i++) {
		squares += (uint64_t)(pcm[i] * pcm[i]);
		magnitude += pcm[i] < 0 ? -pcm[i] : pcm[i];
	}
	p->first += (int32_t)(((int64_t)magnitude * 256 / METER_BLOCK - p->first) * POLE >> 16);
	p->second += (int32_t)(((int64_t)p->first - p->second) * POLE >> 16);
	p->reading.samples += METER_BLOCK;
	p->reading.squares += squares;
	p->reading.recent = (uint64_t)((int64_t)p->reading.recent
	                             + (((int64_t)(squares << 16) / METER_BLOCK - (int64_t)p->reading.recent) >> RECENT));
	count(p);
}

void meter_run(struct meter *m, size_t port, const uint8_t *octets, size_t samples)
{
	int16_t pcm[METER_BLOCK];

	if (!m->port[port].on)
		return;
	for (size_t at = 0; at < samples; at += METER_BLOCK) {
		g711_alaw_decode(pcm, octets + at, METER_BLOCK);
		run_block(&m->port[port], pcm);
	}
	tell(&m->port[port]);
}
