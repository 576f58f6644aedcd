/* recorder.c  The tick fills a ring of octet pairs (received, sent); a slower hand drains it into a file. */
#include "engine_state.h"

#include <errno.h>
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

static uint32_t write_pairs(struct engine_recorder *r, const uint8_t *heard, const uint8_t *said, uint32_t samples)
{
	const uint64_t room = r->size - (r->written - acquire(&r->drained));
	const uint32_t pairs = room / 2 < samples ? (uint32_t)(room / 2) : samples;

	for (uint32_t i = 0; i < pairs; i++) {
		uint8_t *pair = r->ring + ((r->written + 2u * i) & (r->size - 1));

		pair[0] = heard[i];
		pair[1] = said[i];
	}
	return 2 * pairs;
}

void recorder_take(struct engine *e, uint32_t port)
{
	struct engine_recorder *r = e->recorder[port];
	const uint32_t          samples = e->config.tick_samples;
	const struct detection  half = {.port = port, .kind = EV_RECORD_HALF, .offset = samples};

	if (r == NULL)
		return;
	const uint64_t before = r->written;
	const uint32_t octets =
		write_pairs(r, engine_row(e, e->received, port), engine_row(e, e->sent, port), samples);

	__atomic_store_n(&r->lost, r->lost + 2 * samples - octets, __ATOMIC_RELAXED);
	release(&r->written, before + octets);
	if (before / (r->size / 2) != (before + octets) / (r->size / 2))
		engine_found(e, &half);
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
