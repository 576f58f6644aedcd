/* recorder.c  The tick fills a ring of octets (received, with two sides also sent); a slower hand drains it into a file. */
#include "cpu.h"
#include "engine_state.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The counters sit in a plain struct that callers can see, so the ordering is asked for by the builtins. */
static uint64_t acquire(const uint64_t *count)
{
	return __atomic_load_n(count, __ATOMIC_ACQUIRE);
}

static void release(uint64_t *count, uint64_t value)
{
	__atomic_store_n(count, value, __ATOMIC_RELEASE);
}

/* Left and right. */
CPU_BODY void interleave(uint8_t *restrict to, const uint8_t *restrict heard, const uint8_t *restrict said, size_t samples)
{
	for (size_t i = 0; i < samples; i++) {
		to[2 * i] = heard[i];
		to[2 * i + 1] = said[i];
	}
}

CPU_CLONES(recorder_interleave, interleave,
           (uint8_t *to, const uint8_t *heard, const uint8_t *said, size_t samples), (to, heard, said, samples))

static void write_run(const struct engine_recorder *r, uint64_t at, const uint8_t *heard, const uint8_t *said,
                      uint32_t samples)
{
	uint8_t *to = r->ring + (at & (r->size - 1));

	if (r->sides == 2)
		recorder_interleave(to, heard, said, samples);
	else
		memcpy(to, heard, samples);
}

/* In two runs where the ring's end comes between; it never parts the two sides of a sample. */
static uint32_t write_sides(struct engine_recorder *r, const uint8_t *heard, const uint8_t *said, uint32_t samples)
{
	const uint64_t room = r->size - (r->written - acquire(&r->drained));
	const uint32_t fits = room / r->sides < samples ? (uint32_t)(room / r->sides) : samples;
	const uint32_t to_end = (r->size - (uint32_t)(r->written & (r->size - 1))) / r->sides;
	const uint32_t first = fits < to_end ? fits : to_end;

	write_run(r, r->written, heard, said, first);
	write_run(r, r->written + (uint64_t)r->sides * first, heard + first, said + first, fits - first);
	return r->sides * fits;
}

static void take_track(struct engine *e, uint32_t port, uint32_t track)
{
	struct engine_recorder *r = e->recorder[port * ENGINE_TRACKS + track];
	const uint32_t          samples = e->config.tick_samples;
	const struct detection  half = {
		.port = port, .kind = EV_RECORD_HALF, .code = (uint16_t)track, .offset = samples};

	if (r == NULL)
		return;
	const uint64_t before = r->written;
	const uint32_t octets =
		write_sides(r, engine_says(e, port), engine_row(e, e->sent, port), samples);

	__atomic_store_n(&r->lost, r->lost + r->sides * samples - octets, __ATOMIC_RELAXED);
	release(&r->written, before + octets);
	if (before / (r->size / 2) != (before + octets) / (r->size / 2))
		engine_found(e, &half);
}

void recorder_take(struct engine *e, uint32_t port)
{
	for (uint32_t track = 0; track < ENGINE_TRACKS; track++)
		take_track(e, port, track);
}

void recorder_skip(struct engine *e, uint32_t samples)
{
	for (uint32_t i = 0; i < e->ports * ENGINE_TRACKS; i++) {
		struct engine_recorder *r = e->recorder[i];

		if (r != NULL)
			__atomic_store_n(&r->lost, r->lost + r->sides * samples, __ATOMIC_RELAXED);
	}
}

/* One write up to the ring's end; octets written, or -1. */
static int64_t drain_once(struct engine_recorder *r, int fd)
{
	const uint64_t held = acquire(&r->written) - r->drained;
	const uint32_t at = (uint32_t)(r->drained & (r->size - 1));
	const uint64_t to_end = r->size - at;
	ssize_t        n;

	if (held == 0)
		return 0;
	do
		n = write(fd, r->ring + at, (size_t)(held < to_end ? held : to_end));
	while (n < 0 && errno == EINTR);
	if (n > 0)
		release(&r->drained, r->drained + (uint64_t)n);
	return n;
}

int64_t recorder_drain(struct engine_recorder *r, int fd)
{
	const uint64_t until = acquire(&r->written);
	int64_t        total = 0;

	while (r->drained < until) {
		const int64_t n = drain_once(r, fd);

		if (n <= 0)
			return total > 0 ? total : -1; /* what was written counts; the next call meets the fault again */
		total += n;
	}
	return total;
}
